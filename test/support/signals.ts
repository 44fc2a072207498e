import { WebSocket } from "ws";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import type { WireError } from "./doors.ts";
import { Collector } from "./readers.ts";
import { call } from "./rest.ts";
import type { Envelope } from "./trpc-wire.ts";
import { callTrpc, openTrpcSocket } from "./trpc-wire.ts";

/** Sends a signal to a session, valid or not. @returns the refusal, if it was refused */
export type SendSignal = (sessionId: string, fields: unknown) => Promise<WireError | undefined>;

/** One way to send a signal. */
export type SignalDoor = {
  name: string;
  /** Whether a refusal has an HTTP status. */
  hasStatus: boolean;
  /** The place of the fields in the paths of faults. */
  path: string[];
  open(server: { url: string; wsUrl: string }): Promise<SendSignal>;
};

function inputOf(sessionId: string, fields: unknown): object {
  return { ...(fields as object), session_id: sessionId };
}

function readEnvelope({ error }: Envelope): WireError | undefined {
  return error && { message: error.message, ...(error.data as Omit<WireError, "message">) };
}

type ChatFrame = { error?: WireError; event?: LiveEvent };

/** The answer is the signal itself, or the error. */
function isAnswer({ error, event }: ChatFrame): boolean {
  return error !== undefined || event?.type === "signal";
}

/** A plain WebSocket of a session, once it is live. */
async function openLiveChat(
  wsUrl: string,
  sessionId: string,
): Promise<{ socket: WebSocket; frames: Collector<ChatFrame> }> {
  const socket = new WebSocket(`${wsUrl}/ws/${encodeURIComponent(sessionId)}?events=all`);
  const frames = new Collector<ChatFrame>();
  socket.on("message", (data: Buffer) => frames.add(JSON.parse(data.toString()) as ChatFrame));
  await frames.until((items) => items.some(({ event }) => event?.type === "caught_up"));
  return { socket, frames };
}

export const signalDoors: SignalDoor[] = [
  {
    name: "REST",
    hasStatus: true,
    path: [],
    open:
      async ({ url }) =>
      async (sessionId, fields) => {
        const path = `/api/sessions/${encodeURIComponent(sessionId)}/signals`;
        const answer = await call(url, "POST", path, fields);
        if (answer.status === 204) return undefined;
        const retryAfter = answer.headers.get("retry-after");
        if (answer.status === 429 && retryAfter !== "1") throw new Error(`Retry-After: ${retryAfter}`);
        return { ...((await answer.json()) as WireError), httpStatus: answer.status };
      },
  },
  {
    name: "tRPC over HTTP",
    hasStatus: true,
    path: [],
    open:
      async ({ url }) =>
      async (sessionId, fields) =>
        readEnvelope((await callTrpc(url, "session.signal", { input: inputOf(sessionId, fields) })).body),
  },
  {
    name: "tRPC over WebSocket",
    hasStatus: true,
    path: [],
    async open({ wsUrl }) {
      const socket = await openTrpcSocket(wsUrl);
      return async (sessionId, fields) =>
        readEnvelope(await socket.call("mutation", "session.signal", inputOf(sessionId, fields)));
    },
  },
  {
    name: "plain WebSocket",
    hasStatus: false,
    path: ["signal"],
    open: async ({ wsUrl }) => {
      const chats = new Map<string, ReturnType<typeof openLiveChat>>();
      return async (sessionId, fields) => {
        const opening = chats.get(sessionId) ?? openLiveChat(wsUrl, sessionId);
        chats.set(sessionId, opening);
        const { socket, frames } = await opening;
        const seen = frames.items.length;
        socket.send(JSON.stringify({ signal: fields }));
        const items = await frames.until((all) => all.slice(seen).some(isAnswer));
        return items.slice(seen).find(isAnswer)?.error;
      };
    },
  },
];

/** Sends a signal to the session `s` over REST, and rejects unless it was taken. */
export async function sendSignal(url: string, name: string, data?: unknown): Promise<void> {
  const answer = await call(url, "POST", "/api/sessions/s/signals", { name, data });
  if (answer.status !== 204) throw new Error(`${answer.status}: ${await answer.text()}`);
}

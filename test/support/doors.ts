import { WebSocket } from "ws";
import type { ErrorCode } from "../../server/contract/error-codes.ts";
import type { DocumentedMessage, Message } from "../../server/contract/message.ts";
import type { Frame } from "./readers.ts";
import { Collector } from "./readers.ts";
import { documented } from "./rest.ts";
import { callTrpc, openTrpcSocket } from "./trpc-wire.ts";

export type WireError = {
  message: string;
  code: ErrorCode;
  /** Where the door has one. */
  httpStatus?: number;
  issues?: { path: (string | number)[]; code: string; message: string }[];
};

/** The outcome of a send: the message, as the documented paths show it, or the error. Never both. */
export type Outcome = { message: Partial<DocumentedMessage> } | { error: WireError };

/** One way to send a message, with whatever fields: what the server makes of them is what is tested. */
export type Door = {
  name: string;
  send(sessionId: string, fields: Record<string, unknown>, key?: string): Promise<Outcome>;
};

/** Every door by which a message can come in, each on a connection of its own that stays open between sends. */
export async function openDoors({ url, wsUrl }: { url: string; wsUrl: string }): Promise<Door[]> {
  const trpcSocket = await openTrpcSocket(wsUrl);
  const chats = new Map<string, { socket: WebSocket; frames: Collector<Frame> }>();
  return [
    { name: "REST", send: (sessionId, fields, key) => sendByRest(url, { sessionId, fields, key }) },
    {
      name: "tRPC over HTTP",
      async send(sessionId, fields, key) {
        const input = { ...fields, session_id: sessionId, ...(key !== undefined && { key }) };
        const { body } = await callTrpc(url, "message.add", { input });
        return fromEnvelope(body);
      },
    },
    {
      name: "tRPC over WebSocket",
      async send(sessionId, fields, key) {
        const input = { ...fields, session_id: sessionId, ...(key !== undefined && { key }) };
        return fromEnvelope(await trpcSocket.call("mutation", "message.add", input));
      },
    },
    {
      name: "plain WebSocket",
      async send(sessionId, fields, key) {
        let chat = chats.get(sessionId);
        if (!chat) {
          const opened = await openChatOrRefusal(wsUrl, sessionId);
          if ("error" in opened) return opened;
          chat = opened;
          chats.set(sessionId, chat);
        }
        const { socket, frames } = chat;
        const seen = frames.items.length;
        socket.send(JSON.stringify({ ...fields, ...(key !== undefined && { key }) }));
        const frame = (await frames.count(seen + 1))[seen];
        if (frame?.error) return { error: frame.error as WireError };
        return { message: { session_id: frame?.session_id ?? "", ...frame?.message } };
      },
    },
  ];
}

async function sendByRest(
  url: string,
  { sessionId, fields, key }: { sessionId: string; fields: Record<string, unknown>; key: string | undefined },
): Promise<Outcome> {
  const response = await fetch(`${url}/api/sessions/${encodeURIComponent(sessionId)}/messages`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      // A header's value goes out byte for byte; fetch takes these bytes as Latin-1 characters.
      ...(key !== undefined && { "idempotency-key": Buffer.from(key).toString("latin1") }),
    },
    body: JSON.stringify(fields),
  });
  const body: unknown = await response.json();
  if (response.ok) return { message: body as DocumentedMessage };
  return { error: { ...(body as WireError), httpStatus: response.status } };
}

function fromEnvelope(envelope: unknown): Outcome {
  const { result, error } = envelope as {
    result?: { data: Message };
    error?: { message: string; data: Omit<WireError, "message"> };
  };
  if (result) return { message: documented(result.data) };
  if (!error) throw new Error(`This is no answer: ${JSON.stringify(envelope)}`);
  const { code, httpStatus, issues } = error.data;
  return {
    error: {
      message: error.message,
      code,
      ...(httpStatus !== undefined && { httpStatus }),
      ...(issues && { issues }),
    },
  };
}

async function openChatOrRefusal(
  wsUrl: string,
  sessionId: string,
): Promise<{ socket: WebSocket; frames: Collector<Frame> } | { error: WireError }> {
  const socket = new WebSocket(`${wsUrl}/ws/${encodeURIComponent(sessionId)}`);
  const frames = new Collector<Frame>();
  socket.on("message", (data: Buffer) => frames.add(JSON.parse(data.toString()) as Frame));
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve({ socket, frames }));
    socket.on("error", reject);
    socket.on("unexpected-response", (_request, response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const error = JSON.parse(Buffer.concat(chunks).toString()) as WireError;
        resolve({ error: { ...error, httpStatus: response.statusCode ?? 0 } });
      });
    });
  });
}

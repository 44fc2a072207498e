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
  /** Only on doors with HTTP statuses. */
  httpStatus?: number;
  issues?: { path: (string | number)[]; code: string; message: string }[];
};

/** The outcome of a send: the message, in its documented form, or the error. Never both. */
export type Outcome = { message: Partial<DocumentedMessage> } | { error: WireError };

/** One way to send a message, with any fields, valid or not. */
export type Door = {
  name: string;
  send(sessionId: string, fields: Record<string, unknown>, key?: string): Promise<Outcome>;
};

/** A door that also takes the text of a message as it stands, be it JSON or not. Over tRPC the text names the session. */
export type TextDoor = Door & { sendText(sessionId: string, text: string): Promise<Outcome> };

/** Every door by which a message can come in, each on a connection of its own that stays open between sends. */
export async function openDoors({ url, wsUrl }: { url: string; wsUrl: string }): Promise<TextDoor[]> {
  const trpcSocket = await openTrpcSocket(wsUrl);
  const openOnce = memoizeChats(wsUrl);
  return [
    {
      name: "REST",
      send: (sessionId, fields, key) => sendByRest(url, { sessionId, text: JSON.stringify(fields), key }),
      sendText: (sessionId, text) => sendByRest(url, { sessionId, text, key: undefined }),
    },
    {
      name: "tRPC over HTTP",
      async sendText(_sessionId, text) {
        const headers = { "content-type": "application/json" };
        const answer = await fetch(`${url}/trpc/message.add`, { method: "POST", headers, body: text });
        return fromEnvelope(await answer.json());
      },
      async send(sessionId, fields, key) {
        const input = { ...fields, session_id: sessionId, ...(key !== undefined && { key }) };
        const { body } = await callTrpc(url, "message.add", { input });
        return fromEnvelope(body);
      },
    },
    {
      name: "tRPC over WebSocket",
      async sendText(_sessionId, text) {
        const { socket, frames } = trpcSocket;
        const seen = frames.items.length;
        socket.send(`{"id":"text","method":"mutation","params":{"path":"message.add","input":${text}}}`);
        return fromEnvelope((await frames.count(seen + 1))[seen]);
      },
      async send(sessionId, fields, key) {
        const input = { ...fields, session_id: sessionId, ...(key !== undefined && { key }) };
        return fromEnvelope(await trpcSocket.call("mutation", "message.add", input));
      },
    },
    {
      name: "plain WebSocket",
      send: (sessionId, fields, key) =>
        sendByChat(openOnce, sessionId, JSON.stringify({ ...fields, ...(key !== undefined && { key }) })),
      sendText: (sessionId, text) => sendByChat(openOnce, sessionId, text),
    },
  ];
}

async function sendByRest(
  url: string,
  { sessionId, text, key }: { sessionId: string; text: string; key: string | undefined },
): Promise<Outcome> {
  const response = await fetch(`${url}/api/sessions/${encodeURIComponent(sessionId)}/messages`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      // A header's value is sent byte for byte; fetch takes these bytes as Latin-1 characters.
      ...(key !== undefined && { "idempotency-key": Buffer.from(key).toString("latin1") }),
    },
    body: text,
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

type Chat = { socket: WebSocket; frames: Collector<Frame> };

/** The plain WebSocket of a session, which is opened with the first send to it. */
type OpenChat = (sessionId: string) => Promise<Chat | { error: WireError }>;

function memoizeChats(wsUrl: string): OpenChat {
  const chats = new Map<string, Chat>();
  return async (sessionId) => {
    const chat = chats.get(sessionId) ?? (await openChatOrRefusal(wsUrl, sessionId));
    if (!("error" in chat)) chats.set(sessionId, chat);
    return chat;
  };
}

async function sendByChat(open: OpenChat, sessionId: string, text: string): Promise<Outcome> {
  const chat = await open(sessionId);
  if ("error" in chat) return chat;
  const seen = chat.frames.items.length;
  chat.socket.send(text);
  const frame = (await chat.frames.count(seen + 1))[seen];
  if (frame?.error) return { error: frame.error as WireError };
  return { message: { session_id: frame?.session_id ?? "", ...frame?.message } };
}

async function openChatOrRefusal(wsUrl: string, sessionId: string): Promise<Chat | { error: WireError }> {
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

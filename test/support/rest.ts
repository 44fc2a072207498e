import type { Message } from "../../client-sdk/src/index.ts";
import type { DocumentedMessage } from "../../server/contract/message.ts";
import { isMadeKey, madeKey } from "../../server/domain/made-key.ts";
import type { DocumentedSession } from "../../server/contract/session.ts";

/** Converts a message to the form of the documented paths. */
export function documented({ key, seq: _seq, ...message }: Message): DocumentedMessage {
  return isMadeKey(key) ? message : { ...message, key };
}

/** Converts a message of a documented path to the form of the other answers. */
export function full(message: DocumentedMessage, seq: number): Message {
  return { ...message, key: message.key ?? madeKey(message.id), seq };
}

/** Calls a REST path with a JSON body, as a plain caller would. */
export function call(url: string, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(url + path, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    }),
  });
}

export async function createSession(
  url: string,
  body: { id?: string; title?: string } = {},
): Promise<DocumentedSession> {
  const response = await call(url, "POST", "/api/sessions", body);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as DocumentedSession;
}

export async function send(
  url: string,
  sessionId: string,
  content: string,
  fields: object = {},
): Promise<DocumentedMessage> {
  const path = `/api/sessions/${encodeURIComponent(sessionId)}/messages`;
  const response = await call(url, "POST", path, { content, sender: "user", ...fields });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as DocumentedMessage;
}

export async function readSession(url: string, sessionId: string): Promise<DocumentedSession> {
  const response = await fetch(`${url}/api/sessions/${encodeURIComponent(sessionId)}`);
  return (await response.json()) as DocumentedSession;
}

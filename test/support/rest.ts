import type { Message, Session } from "../../client-sdk/src/index.ts";

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
): Promise<Session> {
  const response = await call(url, "POST", "/api/sessions", body);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as Session;
}

export async function send(url: string, sessionId: string, content: string): Promise<Message> {
  const path = `/api/sessions/${encodeURIComponent(sessionId)}/messages`;
  const response = await call(url, "POST", path, { content, sender: "user" });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as Message;
}

export async function readSession(url: string, sessionId: string): Promise<Session> {
  const response = await fetch(`${url}/api/sessions/${encodeURIComponent(sessionId)}`);
  return (await response.json()) as Session;
}

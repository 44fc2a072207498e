import { expect } from "vitest";
import type { ModelTimes } from "../../server/assistant/model-server.ts";
import type { Message } from "../../server/contract/message.ts";
import { startModelServer } from "../support/model-server.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

type StartOptions = Parameters<typeof startApp>[0];

/** The messages of a session with all their fields. */
export async function readMessages(url: string, sessionId = "s"): Promise<Message[]> {
  return (await (await call(url, "GET", `/api/sessions/${sessionId}/messages`)).json()) as Message[];
}

/** The parts of a message that a test looks at, as text: `assistant: Hello/failed`. */
export function show({ sender, content, status }: Message): string {
  return `${sender}: ${content}${status ? `/${status}` : ""}`;
}

/** Resolves when the session has exactly these messages. */
export async function expectMessages(url: string, messages: string[], sessionId = "s"): Promise<void> {
  await expect.poll(async () => (await readMessages(url, sessionId)).map(show)).toEqual(messages);
}

/** An app with an assistant, a model's server that the test plays, and the session `s`. */
export async function startAssisted({
  times,
  instructions,
  apiKey = "sk-secret",
  ...options
}: StartOptions & { times?: Partial<ModelTimes>; instructions?: string; apiKey?: string } = {}) {
  const model = await startModelServer();
  const app = await startApp({
    // No renewal of a lease helps a test.
    timeouts: { replyLeaseMs: 3_600_000 },
    ...options,
    assistant: { model: { url: model.url, model: "tiny", apiKey, ...(times && { times }) }, instructions },
  });
  await createSession(app.url, { id: "s" });
  return {
    ...app,
    model,
    say: (content: string, fields: object = {}) => send(app.url, "s", content, fields),
    expectShown: (...messages: string[]) => expectMessages(app.url, messages),
    read: () => readMessages(app.url),
  };
}

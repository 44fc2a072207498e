import type { UIMessage, UIMessageChunk } from "ai";
import { DefaultChatTransport } from "ai";
import { expect, test } from "vitest";
import type { ReplyWriter } from "../support/replies.ts";
import { openReply } from "../support/replies.ts";
import { call, createSession, readSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const transportTo = (url: string) => new DefaultChatTransport({ api: `${url}/api/chat` });

const said = (id: string, text: string): UIMessage => ({ id, role: "user", parts: [{ type: "text", text }] });

/** Sends a message to the session `s` as the AI SDK does. */
function ask(url: string, id = "m1", text = "Hello", abortSignal?: AbortSignal) {
  return transportTo(url).sendMessages({
    chatId: "s",
    trigger: "submit-message",
    messageId: undefined,
    messages: [said("earlier", "Not stored"), said(id, text)],
    abortSignal,
  });
}

function resume(url: string): Promise<ReadableStream<UIMessageChunk> | null> {
  return transportTo(url).reconnectToStream({ chatId: "s" });
}

async function all(stream: ReadableStream<UIMessageChunk> | null): Promise<UIMessageChunk[]> {
  return Array.fromAsync(stream ?? []);
}

/** The type of each chunk; of text, the text. */
const inShort = (chunks: readonly UIMessageChunk[]): string[] =>
  chunks.map((chunk) => (chunk.type === "text-delta" ? chunk.delta : chunk.type));

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/api/chat`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

/** Opens the reply as an assistant does, when the message is there. */
async function answer(url: string, key = "r", fields: object = {}): Promise<ReplyWriter> {
  // A session that is not there yet has no messages.
  const last = async () =>
    ((await readSession(url, "s")).messages as { sender: string }[] | undefined)?.at(-1);
  await expect.poll(last).toMatchObject({ sender: "user" });
  return openReply(url, key, fields);
}

test("a message of the AI SDK is stored in a new session with its parts, and the reply to it is streamed [UI-1] [UI-2]", async () => {
  const { url } = await startApp();
  const asked = ask(url);
  const writer = await answer(url);
  await writer.append("Hi ");
  await writer.append("Ann");
  await writer.finish();
  const chunks = await all(await asked);
  expect(chunks[0]).toEqual({ type: "start", messageId: "r" });
  expect(chunks.at(-1)).toEqual({ type: "finish" });
  expect(chunks.flatMap((chunk) => (chunk.type === "text-delta" ? [chunk.delta] : [])).join("")).toBe(
    "Hi Ann",
  );
  const { messages } = await readSession(url, "s");
  expect(messages).toMatchObject([
    {
      key: "m1",
      content: "Hello",
      sender: "user",
      parts: [{ type: "text", text: "Hello" }],
      format: "ai-sdk/ui-message",
    },
    { key: "r", content: "Hi Ann", sender: "assistant" },
  ]);
});

test("the stream is the one of the protocol, and pages of other origins may read it [UI-2]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const asked = post(url, { id: "s", messages: [said("m1", "Hello")] }, { origin: "http://localhost:3000" });
  await (await answer(url)).finish({ content: "Hi" });
  const response = await asked;
  expect(response.headers.get("x-vercel-ai-ui-message-stream")).toBe("v1");
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(response.headers.get("access-control-allow-origin")).toBe("http://localhost:3000");
  const lines = (await response.text()).split("\n\n").filter((line) => line.startsWith("data: "));
  expect(lines.at(-1)).toBe("data: [DONE]");
  expect(lines.slice(0, -1).map((line) => JSON.parse(line.slice(6)) as unknown)).toContainEqual({
    type: "text-delta",
    id: "text",
    delta: "Hi",
  });
});

test("a repeat stores nothing, and streams the same reply from its beginning [UI-1]", async () => {
  const { url } = await startApp();
  const first = ask(url);
  await (await answer(url)).finish({ content: "Hi" });
  const chunks = await all(await first);
  expect(await all(await ask(url))).toEqual(chunks);
  expect((await readSession(url, "s")).messages).toHaveLength(2);
});

test("the chunks and the parts of a writer are passed on [UI-2]", async () => {
  const { url } = await startApp();
  const asked = ask(url);
  const writer = await answer(url);
  const tool = { toolCallId: "c", toolName: "weather", input: {} };
  await writer.append("", {
    chunks: [{ type: "start-step" }, { type: "tool-input-available", ...tool }],
    chunk_offset: 0,
  });
  const stream = (await asked).getReader();
  const read = async () => (await stream.read()).value;
  expect(await read()).toEqual({ type: "start", messageId: "r" });
  expect(await read()).toEqual({ type: "start-step" });
  expect(await read()).toEqual({ type: "tool-input-available", ...tool });
  const part = { type: "tool-weather", toolCallId: "c", state: "output-available", input: {}, output: 5 };
  await writer.finish({ parts: [{ type: "step-start" }, part] });
  expect(await read()).toEqual({ type: "reset-step" });
  expect(await read()).toEqual({ type: "tool-input-available", ...tool });
  expect(await read()).toEqual({ type: "tool-output-available", toolCallId: "c", output: 5 });
  expect(await read()).toEqual({ type: "finish" });
});

test("a client that disconnects ends the stream and not the reply, and comes back to its beginning [UI-3]", async () => {
  const { url, app } = await startApp();
  const left = new AbortController();
  const asked = ask(url, "m1", "Hello", left.signal);
  const writer = await answer(url);
  await writer.append("Hi");
  const stream = (await asked).getReader();
  expect((await stream.read()).value).toMatchObject({ type: "start" });
  left.abort();
  await expect(stream.read().then(() => stream.read())).rejects.toThrow("aborted");
  await expect.poll(() => app.counts().followers).toBe(0);
  const resumed = await resume(url);
  await writer.append(" Ann");
  await writer.finish();
  const [start, , ...rest] = inShort(await all(resumed));
  expect(start).toBe("start");
  expect(rest.join("")).toMatch(/^Hi Ann/);
  expect((await readSession(url, "s")).messages[1]).toMatchObject({ content: "Hi Ann" });
});

test("without a reply under way there is nothing to resume, even without a session [UI-3]", async () => {
  const { url } = await startApp();
  expect(await resume(url)).toBeNull();
  await createSession(url, { id: "s" });
  expect(await resume(url)).toBeNull();
  const writer = await openReply(url);
  await writer.append("Hi");
  const resumed = await resume(url);
  await writer.finish();
  expect(inShort(await all(resumed))).toEqual(["start", "text-start", "Hi", "text-end", "finish"]);
  expect(await resume(url)).toBeNull();
});

test.each([
  ["stop", {}, "abort"],
  ["finish", { status: "failed", error: "No model." }, "error"],
] as const)("a reply that ends by %s %o says so [UI-2]", async (verb, fields, last) => {
  const { url } = await startApp();
  const asked = ask(url);
  const writer = await answer(url);
  await writer.append("Hi");
  await writer.ask(verb, fields);
  const chunks = await all(await asked);
  expect(inShort(chunks).slice(-2)).toEqual(["text-end", last]);
});

test("another reply to a message is asked for, and streamed when it is written [UI-4]", async () => {
  const { url } = await startApp();
  const first = ask(url);
  await (await answer(url)).finish({ content: "Hi" });
  await all(await first);
  const again = transportTo(url).sendMessages({
    chatId: "s",
    trigger: "regenerate-message",
    messageId: undefined,
    messages: [said("m1", "Hello")],
    abortSignal: undefined,
  });
  const requested = async () =>
    (await readSession(url, "s")).messages.find(({ status }) => status === "requested");
  await expect.poll(requested).toMatchObject({ sender: "assistant", parent_key: "m1" });
  const { id } = (await requested()) ?? {};
  const path = `/api/sessions/s/messages/${id}`;
  await call(url, "POST", `${path}/claim`, { writer: "w" });
  await call(url, "POST", `${path}/finish`, { writer: "w", content: "Hello again" });
  expect(inShort(await all(await again))).toContain("Hello again");
});

test("an edited message replaces the stored one [UI-4]", async () => {
  const { url } = await startApp();
  const first = ask(url);
  await (await answer(url)).finish({ content: "Hi" });
  await all(await first);
  const edited = post(url, { id: "s", messageId: "m1", messages: [said("m1", "Goodbye")] });
  await expect.poll(async () => (await readSession(url, "s")).messages.length).toBe(3);
  await (await openReply(url, "r2")).finish({ content: "Bye" });
  expect(await (await edited).text()).toContain("Bye");
  const { messages } = await readSession(url, "s");
  expect(messages[2]).toMatchObject({ content: "Goodbye", parent_key: "m1" });
});

test("a message that no assistant answers in time gets an error, and may be answered later [UI-5]", async () => {
  const { url } = await startApp({ timeouts: { replyWaitMs: 200 } });
  const [error] = await all(await ask(url));
  expect(error).toMatchObject({ type: "error" });
  expect((error as { errorText: string }).errorText).toMatch(/^No assistant answered within 0.2 s/);
  await (await openReply(url)).finish({ content: "Hi" });
  expect(inShort(await all(await ask(url)))).toContain("Hi");
});

function dataChunk(name: string): object {
  return { type: `data-${name}`, data: name };
}

test("a reply that has begun may take longer, and brings each chunk once [UI-2] [UI-5]", async () => {
  const { url } = await startApp({ timeouts: { replyWaitMs: 200, pingIntervalMs: 100 } });
  await all(await ask(url));
  const writer = await openReply(url);
  await writer.append("", { chunks: [dataChunk("a")], chunk_offset: 0 });
  const response = await post(url, { id: "s", messages: [said("m1", "Hello")] });
  let text = "";
  for await (const piece of response.body ?? []) {
    text += Buffer.from(piece).toString();
    const comments = text.split("\n\n:").length - 1;
    if (comments === 4 && !text.includes('"b"'))
      await writer.append("", { chunks: [dataChunk("b")], chunk_offset: 1 });
    if (text.includes('"b"') && !text.includes("finish")) await writer.finish();
  }
  const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => data);
  expect(events).toEqual([
    '{"type":"start","messageId":"r"}',
    JSON.stringify(dataChunk("a")),
    JSON.stringify(dataChunk("b")),
    '{"type":"finish"}',
    "[DONE]",
  ]);
});

test("a stream that waits has its headers at once, and comments that keep it alive [UI-5]", async () => {
  const { url } = await startApp({ timeouts: { pingIntervalMs: 50 } });
  const response = await post(url, { id: "s", messages: [said("m1", "Hello")] });
  expect(response.status).toBe(200);
  let text = "";
  for await (const piece of response.body ?? []) {
    text += Buffer.from(piece).toString();
    if (text.length >= 9) break;
  }
  expect(text).toBe(":\n\n:\n\n:\n\n");
});

test("a deletion of the session ends the stream [UI-2]", async () => {
  const { url } = await startApp();
  const asked = ask(url);
  await (await answer(url)).append("Hi");
  const stream = await asked;
  await call(url, "DELETE", "/api/sessions/s");
  expect((await all(stream)).at(-1)).toEqual({ type: "error", errorText: "The reply was deleted." });
});

const bad: [name: string, body: unknown, message: RegExp][] = [
  ["no id", { messages: [said("m1", "Hello")] }, /^id: /],
  ["no messages", { id: "s", messages: [] }, /^messages: /],
  ["an id that no session can have", { id: "..", messages: [said("m1", "Hello")] }, /^id: /],
  ["a message without an id", { id: "s", messages: [{ role: "user", parts: [] }] }, /^messages\.0\.id: /],
  [
    "a message of an assistant",
    { id: "s", messages: [{ id: "m1", role: "assistant", parts: [] }] },
    /^messages\.0\.role: must be user/,
  ],
  [
    "a message without text",
    { id: "s", messages: [{ id: "m1", role: "user", parts: [] }] },
    /^content: must not be empty/,
  ],
  [
    "a part without a type",
    { id: "s", messages: [{ id: "m1", role: "user", parts: [{}] }] },
    /^messages\.0\.parts\.0: must be an object/,
  ],
  ["an unknown trigger", { id: "s", trigger: "dance", messages: [said("m1", "Hello")] }, /^trigger: /],
  [
    "a key of the server's form",
    { id: "s", messages: [said("#1", "Hello")] },
    /^key: must not be # and a number/,
  ],
];

test.each(bad)("%s is refused with a sentence, and nothing is stored", async (_, body, message) => {
  const { url } = await startApp();
  const response = await post(url, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    code: "BAD_REQUEST",
    message: expect.stringMatching(message) as string,
  });
  const sessions = await fetch(`${url}/api/sessions`);
  expect(await sessions.json()).toEqual([]);
});

test("another message under a used id is refused [UI-1]", async () => {
  const { url } = await startApp();
  const first = ask(url);
  await (await answer(url)).finish({ content: "Hi" });
  await all(await first);
  const response = await post(url, { id: "s", messages: [said("m1", "Other")] });
  expect(response.status).toBe(422);
});

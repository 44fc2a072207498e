import { expect, test } from "vitest";
import { createClient } from "../../client-sdk/src/index.ts";
import type { ErrorBody } from "../../server/contract/error.ts";
import { openReply, ReplyWriter } from "../support/replies.ts";
import { call, createSession, readSession, send } from "../support/rest.ts";
import { startWithSession } from "./followed-session.ts";

async function refusalOf(answer: Response): Promise<unknown[]> {
  const { code, length, status } = (await answer.json()) as Record<string, unknown>;
  return [answer.status, code, length, status];
}

test("text that stands there already is answered as it stands, a gap and other text are refused [REPLY-1]", async () => {
  const { url } = await startWithSession();
  const reply = await openReply(url);
  const { seq } = await reply.append("Hello there");
  const again = await reply.ask("append", { offset: 0, text: "Hello" });
  expect(await again.json()).toEqual({ length: 5, seq });
  const beyond = await reply.ask("append", { offset: 6, text: "there, you" });
  expect(await beyond.json()).toEqual({ length: 16, seq: seq + 1 });
  const gap = await reply.ask("append", { offset: 17, text: "x" });
  expect(await refusalOf(gap)).toEqual([409, "CONFLICT", 16, "streaming"]);
  const other = await reply.ask("append", { offset: 0, text: "hello" });
  expect(await refusalOf(other)).toEqual([409, "CONFLICT", 16, "streaming"]);
  const nothing = await reply.ask("append", { offset: 16, text: "" });
  expect(await nothing.json()).toEqual({ length: 16, seq: seq + 1 });
  expect((await readSession(url, "s")).messages).toMatchObject([{ content: "Hello there, you" }]);
});

test("chunks are checked by their number as the text is by its length [REPLY-1]", async () => {
  const { url } = await startWithSession();
  const reply = await openReply(url);
  await reply.append("", { chunks: [{ a: 1 }, 2], chunk_offset: 0 });
  const ask = (chunk_offset: number, chunks: unknown[]) =>
    reply.ask("append", { offset: 0, text: "", chunks, chunk_offset });
  expect((await ask(1, [2])).status).toBe(200);
  expect((await ask(1, [2, 3])).status).toBe(200);
  expect(await refusalOf(await ask(4, [5]))).toEqual([409, "CONFLICT", 0, "streaming"]);
  expect(await refusalOf(await ask(0, [{ a: 2 }]))).toEqual([409, "CONFLICT", 0, "streaming"]);
  expect((await reply.ask("append", { offset: 0, text: "", chunks: [4] })).status).toBe(400);
  const client = createClient({ url });
  const page = await client.message.list.query({ session_id: "s" });
  expect(page.items).toMatchObject([{ chunks: [{ a: 1 }, 2, 3] }]);
});

test("one writer writes a reply, and another one is refused with where the reply stands [REPLY-5]", async () => {
  const { url } = await startWithSession();
  const reply = await openReply(url);
  await reply.append("Hello");
  const another = new ReplyWriter(url, "r", "another");
  for (const answer of [
    await another.open(),
    await another.ask("append", { offset: 5, text: "x" }),
    await another.ask("finish"),
    await another.ask("claim"),
  ]) {
    expect(await refusalOf(answer)).toEqual([409, "CONFLICT", 5, "streaming"]);
  }
  // Its own writer comes back to it as it is.
  expect(await (await reply.open()).json()).toMatchObject({ content: "Hello", status: "streaming" });
});

test("a reply that has ended takes nothing more, and says how it ended [REPLY-6]", async () => {
  const { url } = await startWithSession();
  for (const [key, verb, fields, status] of [
    ["stopped", "stop", {}, "stopped"],
    ["failed", "finish", { status: "failed", error: "No answer." }, "failed"],
    ["whole", "finish", { content: "Hi" }, "complete"],
  ] as const) {
    const reply = await openReply(url, key);
    await reply.append("Hi");
    const ended: unknown = await (await reply.ask(verb, fields)).json();
    expect(await (await reply.ask(verb, fields)).json()).toEqual(ended);
    expect(await refusalOf(await reply.ask("append", { offset: 2, text: "x" }))).toEqual([
      409,
      "CONFLICT",
      2,
      status,
    ]);
    expect(await refusalOf(await reply.ask("finish", { metadata: 1 }))).toEqual([409, "CONFLICT", 2, status]);
    expect(await (await reply.ask("stop")).json()).toEqual(ended);
    expect(await (await reply.open()).json()).toMatchObject({ content: "Hi" });
  }
  expect((await readSession(url, "s")).messages).toMatchObject([
    { content: "Hi", status: "stopped" },
    { content: "Hi", status: "failed" },
    { content: "Hi" },
  ]);
  const { items } = await createClient({ url }).message.list.query({ session_id: "s" });
  expect(items.map(({ failure }) => failure)).toEqual([undefined, "No answer.", undefined]);
});

test("a stop that is answered is the end: the writer appends no word after it [REPLY-6]", async () => {
  const { url } = await startWithSession();
  for (let round = 0; round < 20; round += 1) {
    const reply = await openReply(url, `r${round}`);
    const writing = (async () => {
      for (;;) await reply.append("word ");
    })().catch(String);
    await new Promise(setImmediate);
    const stopped = (await (await reply.ask("stop")).json()) as { content: string; status: string };
    expect(await writing).toContain('"status":"stopped"');
    expect(stopped).toMatchObject({ status: "stopped", content: reply.text });
    const { messages } = await readSession(url, "s");
    expect(messages.at(-1)).toMatchObject({ status: "stopped", content: reply.text });
  }
});

test("a requested reply is written by the writer that claims it [REPLY-5]", async () => {
  const { url } = await startWithSession();
  const parent = await send(url, "s", "Why?");
  const fields = { status: "requested", parent_key: `#${parent.id}` };
  const reply = await openReply(url, "r", fields);
  expect(await refusalOf(await reply.ask("append", { offset: 0, text: "x" }))).toEqual([
    409,
    "CONFLICT",
    0,
    "requested",
  ]);
  expect(await (await reply.ask("claim")).json()).toMatchObject({ ...fields, status: "streaming" });
  expect((await new ReplyWriter(url, "r", "another").ask("claim")).status).toBe(409);
  expect((await reply.ask("claim")).status).toBe(200);
  await reply.append("Because.");
  expect(await reply.finish()).toMatchObject({ content: "Because.", parent_key: `#${parent.id}` });
});

test("an edit of an open reply is refused, a deletion ends it, and then there is none [REPLY-6]", async () => {
  const { url } = await startWithSession();
  const reply = await openReply(url);
  await reply.append("Hi");
  const edited = await call(url, "PATCH", "/api/sessions/s/messages/key:r", { content: "x" });
  expect(await refusalOf(edited)).toEqual([409, "CONFLICT", 2, "streaming"]);
  expect((await call(url, "DELETE", "/api/sessions/s/messages/key:r")).status).toBe(204);
  for (const verb of ["append", "finish", "stop", "claim"] as const) {
    expect((await reply.ask(verb, { offset: 2, text: "x" })).status, verb).toBe(404);
  }
  expect((await new ReplyWriter(url, "r").open()).status).toBe(404);
  await openReply(url, "other");
  await call(url, "DELETE", "/api/sessions/s");
  await createSession(url, { id: "s" });
  expect((await new ReplyWriter(url, "other").ask("stop")).status).toBe(404);
  expect((await readSession(url, "s")).messages).toEqual([]);
});

test("a reply that is too long has failed with its text, and too many at a time are refused [REPLY-7]", async () => {
  const { url } = await startWithSession({ maxMessageChars: 10 });
  const reply = await openReply(url);
  await reply.append("12345678");
  const answer = await reply.ask("append", { offset: 8, text: "901" });
  expect(await answer.json()).toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
  expect((await readSession(url, "s")).messages).toMatchObject([{ content: "12345678", status: "failed" }]);
  for (let index = 0; index < 8; index += 1) await openReply(url, `open ${index}`);
  const ninth = await new ReplyWriter(url, "ninth").open();
  expect([ninth.status, ninth.headers.has("retry-after")]).toEqual([429, true]);
  await new ReplyWriter(url, "open 0").ask("stop");
  expect((await new ReplyWriter(url, "ninth").open()).status).toBe(200);
});

test("optional fields of a message come back at every door as they were sent, and count to its key [REPLY-8] [KEY-1]", async () => {
  const { url } = await startWithSession();
  const extras = {
    parent_key: "#1",
    parts: [{ type: "text", text: "Hi", deep: { list: [1, null, "x"] } }],
    format: "ai-sdk/v6",
    metadata: { model: "m" },
  };
  const client = createClient({ url });
  const input = { session_id: "s", content: "Hi", sender: "user", key: "k", ...extras } as const;
  const sent = await client.message.add.mutate(input);
  expect(sent).toMatchObject(extras);
  expect(await client.message.add.mutate(input)).toEqual(sent);
  await expect(client.message.add.mutate({ ...input, metadata: { model: "n" } })).rejects.toMatchObject({
    data: { code: "UNPROCESSABLE_CONTENT" },
  });
  expect((await readSession(url, "s")).messages[0]).toMatchObject({ content: "Hi", key: "k", ...extras });
  const edited = await client.message.update.mutate({ session_id: "s", key: "k", content: "Hello" });
  expect(edited).toMatchObject({ parent_key: "#1", metadata: { model: "m" } });
  expect("parts" in edited || "format" in edited).toBe(false);
});

test.each([
  ["parts", { text: "\u0000" }],
  ["metadata", ["\ud800"]],
  ["metadata", { "\udc00": 1 }],
  ["format", "a\nb"],
  ["parent_key", ""],
  ["status", "stopped"],
])("a field %s of %j is refused", async (name, value) => {
  const { url } = await startWithSession();
  const body = { content: "Hi", sender: "user", [name]: value };
  const answer = await call(url, "POST", "/api/sessions/s/messages", body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ issues: [{ path: [name] }] });
});

test("a number that JavaScript cannot hold is refused in every field of opaque JSON [REPLY-8] [SIGNAL-4]", async () => {
  const { url } = await startWithSession();
  await openReply(url);
  const refused = async (path: string, body: string): Promise<unknown> => {
    const answer = await fetch(`${url}/api/sessions/s/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const { issues } = (await answer.json()) as ErrorBody;
    return [answer.status, issues?.map((issue) => issue.path[0])];
  };
  const message = `{"content": "Hi", "sender": "user", `;
  const append = `{"offset": 0, "text": "", "writer": "w", "chunk_offset": 0, "chunks": [1, {"a": [-1e400]}]}`;
  const finish = `{"writer": "w", "parts": [1e400]}`;
  expect(await refused("messages", `${message} "parts": [{"a": 1e400}]}`)).toEqual([400, ["parts"]]);
  expect(await refused("messages", `${message} "metadata": 1e309}`)).toEqual([400, ["metadata"]]);
  expect(await refused("messages/key:r/append", append)).toEqual([400, ["chunks"]]);
  expect(await refused("messages/key:r/finish", finish)).toEqual([400, ["parts"]]);
  expect(await refused("signals", `{"name": "typing", "data": 1e400}`)).toEqual([400, ["data"]]);
});

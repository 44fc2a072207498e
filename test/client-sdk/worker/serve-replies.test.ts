import { expect, onTestFinished, test, vi } from "vitest";
import type { ReplyRequest } from "../../../client-sdk/src/worker/index.ts";
import { serveReplies } from "../../../client-sdk/src/worker/index.ts";
import type { FetchLike } from "../../../client-sdk/src/index.ts";
import { createMemoryStorage } from "../../../client-sdk/src/index.ts";
import { startApp } from "../../support/start-app.ts";
import { scripted, serve, User, expectMessages } from "./support/serve.ts";

/** Answers with the last message, word by word. */
async function* echo({ messages }: ReplyRequest): AsyncGenerator<string> {
  for (const word of ["You", " said ", messages.at(-1)?.content ?? "nothing"]) yield word;
}

test("each message of a user is answered, in every session, under a key that derives from it [WORK-1]", async () => {
  const { url } = await startApp();
  serve(url, { reply: echo });
  const users = await Promise.all(["a", "b", "c"].map((id) => new User(url, id).begin()));
  await Promise.all(users.map((user) => user.say(`Hi ${user.id}`, "m1")));
  for (const user of users)
    await expectMessages(user, `m1: Hi ${user.id}`, `reply:m1: You said Hi ${user.id}`);
  const [user] = users as [User];
  await user.say("More", "m2");
  await expectMessages(user, "m1: Hi a", "reply:m1: You said Hi a", "m2: More", "reply:m2: You said More");
  expect((await user.messages())[1]).toMatchObject({ sender: "assistant", parent_key: "m1" });
});

test("messages that were sent before the worker began are answered, and what was answered is not", async () => {
  const { url } = await startApp();
  const [waiting, answered] = [await new User(url, "w").begin(), await new User(url, "a").begin()];
  await waiting.say("Hi", "m1");
  await answered.say("Hi", "m1");
  const { message } = answered.client;
  await message.add.mutate({ session_id: "a", key: "r", content: "Yes?", sender: "assistant" });
  serve(url, { reply: echo });
  await expectMessages(waiting, "m1: Hi", "reply:m1: You said Hi");
  await expectMessages(answered, "m1: Hi", "r: Yes?");
});

test("two workers answer once", async () => {
  const { url } = await startApp();
  const begun: string[] = [];
  for (const writer of ["one", "two"]) {
    serve(url, {
      writer,
      async *reply(request) {
        begun.push(`${request.session_id} ${request.key}`);
        yield* echo(request);
      },
    });
  }
  const users = await Promise.all(Array.from({ length: 20 }, (_, at) => new User(url, `s${at}`).begin()));
  await Promise.all(users.map((user) => user.say("Hi", "m1")));
  for (const user of users) await expectMessages(user, "m1: Hi", "reply:m1: You said Hi");
  expect(new Set(begun).size).toBe(begun.length);
});

test("a source gets the branch up to the question, and what was sent before the reply was opened", async () => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const { reply, at } = scripted();
  await user.say("First", "m1");
  await user.say("Second", "m2");
  serve(url, { reply });
  const { request, script } = await at(0);
  expect([request.key, request.messages.map(({ key }) => key)]).toEqual(["reply:m1", ["m1", "m2"]]);
  script.say("Both");
  script.end();
  await expectMessages(user, "m1: First", "m2: Second", "reply:m1: Both");
});

test("a reply that was asked for is claimed, and written from its own branch [WORK-2]", async () => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const { reply, at } = scripted();
  const { chat } = serve(url, { reply });
  await user.say("Question", "m1");
  const first = await at(0);
  first.script.say("One");
  first.script.end();
  await expectMessages(user, "m1: Question", "reply:m1: One");
  const session = chat.session("s");
  const leave = session.subscribe(() => undefined);
  await expect.poll(() => session.getSnapshot().messages.length).toBe(2);
  const { key } = await session.regenerate();
  const second = await at(1);
  expect([second.request.key, second.request.messages.map((message) => message.key)]).toEqual([key, ["m1"]]);
  second.script.say("Two");
  second.script.end();
  await expectMessages(user, "m1: Question", "reply:m1: One", `${key}: Two`);
  await expect
    .poll(() => session.getSnapshot().messages.map(({ content }) => content))
    .toEqual(["Question", "Two"]);
  leave();
});

test("while a reply is written, later messages wait and are answered together: queue is the default [WORK-3]", async () => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const { reply, at } = scripted();
  serve(url, { reply });
  await user.say("1", "m1");
  const first = await at(0);
  first.script.say("A");
  await expectMessages(user, "m1: 1", "reply:m1: A [streaming]");
  await user.say("2", "m2");
  await user.say("3", "m3");
  first.script.end();
  const second = await at(1);
  expect(second.request.key).toBe("reply:m2");
  expect(second.request.messages.map(({ key }) => key)).toEqual(["m1", "reply:m1", "m2", "m3"]);
  second.script.say("B");
  second.script.end();
  await expectMessages(user, "m1: 1", "reply:m1: A", "m2: 2", "m3: 3", "reply:m2: B");
});

test("interrupt stops the reply for a later message [WORK-3]", async () => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const { reply, at } = scripted();
  serve(url, { reply, onBusy: "interrupt" });
  await user.say("1", "m1");
  const first = await at(0);
  first.script.say("A");
  await expectMessages(user, "m1: 1", "reply:m1: A [streaming]");
  await user.say("2", "m2");
  const second = await at(1);
  expect(first.request.signal.aborted).toBe(true);
  second.script.say("B");
  second.script.end();
  await expectMessages(user, "m1: 1", "reply:m1: A [stopped]", "m2: 2", "reply:m2: B");
});

test("refuse answers a later message at once with a reply that has failed [WORK-3]", async () => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const { reply, at } = scripted();
  serve(url, { reply, onBusy: "refuse" });
  await user.say("1", "m1");
  const first = await at(0);
  first.script.say("A");
  await expectMessages(user, "m1: 1", "reply:m1: A [streaming]");
  await user.say("2", "m2");
  await expectMessages(user, "m1: 1", "reply:m1: A [streaming]", "m2: 2", "reply:m2:  [failed]");
  expect((await user.messages()).at(-1)?.failure).toContain("busy");
  first.script.end();
  await expectMessages(user, "m1: 1", "reply:m1: A", "m2: 2", "reply:m2:  [failed]");
});

test.each([
  ["stopped", "stop", "reply:m1: A [stopped]"],
  ["deleted", "delete", undefined],
] as const)("the source's signal aborts when its reply is %s [WORK-4]", async (_, verb, left) => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const { reply, at, begun } = scripted();
  serve(url, { reply });
  await user.say("1", "m1");
  const { script, request } = await at(0);
  script.say("A");
  await expectMessages(user, "m1: 1", "reply:m1: A [streaming]");
  await user.client.message[verb].mutate({ session_id: "s", key: "reply:m1" });
  await expect.poll(() => request.signal.aborted).toBe(true);
  script.say("B");
  await expectMessages(user, ...["m1: 1", left].filter((line) => line !== undefined));
  await user.say("2", "m2");
  const next = await at(1);
  expect(next.request.key).toBe("reply:m2");
  expect(begun).toHaveLength(2);
});

test("a source that throws ends its reply as failed, with the text so far and a sentence that tells nothing inner", async () => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const errors: unknown[] = [];
  serve(url, {
    onError: (error) => errors.push(error),
    // oxlint-disable-next-line require-yield -- it fails after its text
    async *reply() {
      yield "Half";
      throw new Error("secret-host refused");
    },
  });
  await user.say("1", "m1");
  await expectMessages(user, "m1: 1", "reply:m1: Half [failed]");
  expect((await user.messages())[1]?.failure).toBe("The assistant could not answer.");
  expect(errors).toMatchObject([{ message: "secret-host refused" }]);
});

test.each([
  ["a piece", () => ({ chunks: ["x".repeat(5_000_000)] })],
  ["the parts at the end", () => ({ parts: ["x".repeat(5_000_000)] })],
])("a reply whose size the server refuses ends as failed, and is not written again: %s", async (_, piece) => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const errors: unknown[] = [];
  serve(url, {
    onError: (error) => errors.push(error),
    async *reply() {
      yield "Half";
      yield piece();
    },
  });
  await user.say("1", "m1");
  await expectMessages(user, "m1: 1", "reply:m1: Half [failed]");
  expect((await user.messages())[1]?.failure).toContain("could not be stored");
  await user.say("2", "m2");
  await expectMessages(user, "m1: 1", "reply:m1: Half [failed]", "m2: 2", "reply:m2: Half [failed]");
});

test("parts, format, metadata and chunks are kept as they are yielded, and a pair of surrogates may be split", async () => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const parts = [
    { type: "reasoning", text: "Hm" },
    { type: "text", text: "😀!" },
  ];
  const { reply, at } = scripted();
  serve(url, {
    format: "ai-sdk/v6",
    async *reply(request) {
      yield { chunks: [{ type: "start" }] };
      yield { text: "\ud83d", chunks: [{ type: "half" }] };
      for await (const text of reply(request)) yield text;
      yield { text: "\ude00!", parts: [] };
      yield { parts, metadata: { model: "m" } };
    },
  });
  await user.say("1", "m1");
  const { script } = await at(0);
  await expect
    .poll(async () => (await user.messages())[1]?.chunks)
    .toEqual([{ type: "start" }, { type: "half" }]);
  script.end();
  await expectMessages(user, "m1: 1", "reply:m1: 😀!");
  expect((await user.messages())[1]).toMatchObject({ parts, format: "ai-sdk/v6", metadata: { model: "m" } });
});

test("a closed worker leaves its reply as interrupted, and the next one answers again under another key [WORK-5]", async () => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const { reply, at } = scripted();
  const { worker } = serve(url, { reply });
  await user.say("1", "m1");
  const { script } = await at(0);
  script.say("Half");
  await expectMessages(user, "m1: 1", "reply:m1: Half [streaming]");
  await worker.close();
  await expectMessages(user, "m1: 1", "reply:m1: Half [interrupted]");
  serve(url, { reply: echo });
  await expectMessages(user, "m1: 1", "reply:m1: Half [interrupted]", "reply:m1:2: You said 1");
});

test("a worker with a stored position looks at no session that was done with before", async () => {
  const { url } = await startApp();
  const storage = createMemoryStorage();
  const users = await Promise.all(["a", "b", "c"].map((id) => new User(url, id).begin()));
  const [a, b, c] = users as [User, User, User];
  const first = serve(url, { reply: echo }, { storage });
  for (const user of [a, b]) {
    await user.say("1", "m1");
    await expectMessages(user, "m1: 1", "reply:m1: You said 1");
  }
  await first.worker.close();
  await c.say("2", "m2");
  const looked = new Set<string>();
  const counting: FetchLike = (address, init) => {
    for (const [, id = ""] of decodeURIComponent(address).matchAll(/"session_id":"([abc])"/g)) looked.add(id);
    return fetch(address, init);
  };
  const second = serve(url, { reply: echo }, { storage, fetch: counting });
  await expectMessages(c, "m2: 2", "reply:m2: You said 2");
  await second.worker.close();
  expect([looked.has("a"), looked.has("c")]).toEqual([false, true]);
});

test.each([{ history: 0 }, { history: 501 }, { maxReplies: 1.5 }])(
  "an option that cannot be is refused: %o",
  async (options) => {
    const { chat } = serve("http://127.0.0.1:9", { reply: echo, onError: () => undefined });
    expect(() => serveReplies(chat, { reply: echo, ...options })).toThrow(TypeError);
  },
);

test.each([
  ["a piece that JSON cannot hold", { parts: { a: 1n } }],
  [
    "a circular piece",
    (() => {
      const circular: { chunks: unknown[] } = { chunks: [] };
      circular.chunks.push(circular);
      return circular;
    })(),
  ],
  ["a number", 5 as never],
  ["a number for text", { text: 5 as never }],
])("%s fails the reply with the text so far, and is told", async (_, piece) => {
  const { url } = await startApp();
  const errors: unknown[] = [];
  serve(url, {
    async *reply() {
      yield "So far";
      yield piece;
    },
    onError: (error) => errors.push(error),
  });
  const user = await new User(url, "s").begin();
  await user.say("Hi", "m1");
  await expect.poll(async () => (await user.messages())[1]?.status).toBe("failed");
  expect((await user.messages())[1]?.content).toBe("So far");
  expect(errors).toEqual([expect.any(TypeError)]);
});

function fail(): never {
  throw new Error("A fault of the callback.");
}

test("callbacks that throw change nothing about a reply that fails", async () => {
  const { url } = await startApp();
  serve(url, { reply: fail, describeError: fail, onError: fail });
  const user = await new User(url, "s").begin();
  await user.say("Hi", "m1");
  await expect.poll(async () => (await user.messages())[1]?.status).toBe("failed");
  expect((await user.messages()).length).toBe(2);
});

test.each([
  [{}, /^reply must be/],
  [{ reply: 5 }, /^reply must be/],
  [{ reply: echo, onBusy: "x" }, /^onBusy must be one of queue, refuse, interrupt: it is "x"/],
  [{ reply: echo, writer: "" }, /^writer must be a text/],
  [{ reply: echo, writer: "x".repeat(1000) }, /^writer must be a text/],
  [{ reply: echo, writer: "a\nb" }, /^writer must be a text/],
  [{ reply: echo, writer: "\ud800" }, /^writer must be a text/],
  [{ reply: echo, format: 5 }, /^format must be a text/],
  [{ reply: echo, format: "a\u007fb" }, /^format must be a text/],
])("options that are invalid are refused at once: %j", (options, reason) => {
  expect(() => serve("http://127.0.0.1:9", options as never)).toThrow(reason);
});

test("where there is no WebSocket, a worker says so at once", () => {
  vi.stubGlobal("WebSocket", undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(() => serve("http://127.0.0.1:9", { reply: echo })).toThrow(/^There is no WebSocket: use Node/);
});

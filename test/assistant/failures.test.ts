import { renameSync } from "node:fs";
import { expect, test } from "vitest";
import { startModelServer } from "../support/model-server.ts";
import type { ModelRequest } from "../support/model-server.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { readMessages, show, startAssisted, expectMessages } from "./assisted-session.ts";

const quick = { retryMs: 1, longestRetryMs: 5000 };

test.each<[what: string, fail: (request: ModelRequest) => void, requests: number, failure: RegExp]>([
  ["503", (request) => request.refuse(503, "overloaded"), 3, /^The assistant cannot be reached now/],
  ["500", (request) => request.refuse(500, "broken"), 3, /^The assistant cannot be reached now/],
  ["429", (request) => request.refuse(429, "slow down"), 3, /^The assistant is busy/],
  [
    "429 that names a long time",
    (request) => request.refuse(429, "slow down", { "retry-after": "3600" }),
    1,
    /^The assistant is busy/,
  ],
  ["401", (request) => request.refuse(401, "no key sk-secret"), 1, /^The assistant is not set up correctly/],
  ["404", (request) => request.refuse(404, "no model"), 1, /^The assistant is not set up correctly/],
  ["400", (request) => request.refuse(400, "too many tokens"), 1, /^The assistant did not accept/],
  ["a closed connection", (request) => request.cut(), 3, /^The assistant cannot be reached now/],
  ["an end without text", (request) => request.finish(), 1, /^The answer of the assistant was empty/],
  ["a stream that is no JSON", (request) => request.event("{nonsense"), 1, /could not be read/],
  ["a stream of other JSON", (request) => request.event('{"choices": 5}'), 1, /could not be read/],
  [
    "an error in the stream",
    (request) => request.event('{"error": {"message": "sk-secret is broken"}}'),
    1,
    /broke off/,
  ],
])(
  "%s fails the reply with a sentence for people, after a bounded number of requests [ASSIST-5]",
  async (_, fail, requests, failure) => {
    const { model, say, expectShown, read, log } = await startAssisted({
      times: quick,
      logLevel: "warn",
      expectsFailures: true,
    });
    await say("Hello");
    for (let number = 1; number <= requests; number += 1) fail(await model.request(number));
    await expectShown("user: Hello", "assistant: /failed");
    expect((await read())[1]?.failure).toMatch(failure);
    expect((await read())[1]?.failure).not.toMatch(/127\.0\.0\.1|tiny|secret/);
    const lines = log.join("");
    expect(lines).toContain('"message_id":2,"model":"tiny"');
    expect(lines).not.toMatch(/sk-secret|nonsense|Hello/);
    // The message is not lost: the next one is answered, and the conversation has both.
    await say("Again");
    const next = await model.request(requests + 1);
    expect(next.prompt).toEqual(["user: Hello\n\nAgain"]);
    next.answer("Fine");
    await expectShown("user: Hello", "assistant: /failed", "user: Again", "assistant: Fine");
    expect(model.requests).toHaveLength(requests + 1);
  },
);

test("a request that the server refuses for now is repeated, after the time that the server names [ASSIST-5]", async () => {
  const { model, say, expectShown } = await startAssisted({ times: { retryMs: 60_000 } });
  await say("Hello");
  (await model.request(1)).refuse(429, "slow down", { "retry-after": "0" });
  (await model.request(2)).refuse(503, "slow down", { "retry-after": new Date(0).toUTCString() });
  (await model.request(3)).answer("Good day");
  await expectShown("user: Hello", "assistant: Good day");
});

test.each<[what: string, fail: (request: ModelRequest) => void, failure: RegExp]>([
  ["is cut", (request) => request.cut(), /broke off/],
  ["ends before its end", (request) => request.end(), /broke off/],
  ["goes on with nonsense", (request) => request.event("{nonsense"), /could not be read/],
])("an answer that %s fails with the text so far [ASSIST-5]", async (_, fail, failure) => {
  const { model, say, expectShown, read } = await startAssisted({ times: quick });
  await say("Hello");
  const request = await model.request(1);
  request.say("Good ");
  await expectShown("user: Hello", "assistant: Good /streaming");
  fail(request);
  await expectShown("user: Hello", "assistant: Good /failed");
  expect((await read())[1]?.failure).toMatch(failure);
  expect(model.requests).toHaveLength(1);
});

test("a server that never answers, or falls silent, is given up [ASSIST-5]", async () => {
  const { model, say, expectShown, read } = await startAssisted({ times: { firstMs: 1000, nextMs: 1000 } });
  await say("one");
  const first = await model.request(1);
  await expectShown("user: one", "assistant: /failed");
  await first.closed;
  expect((await read())[1]?.failure).toMatch(/^The assistant did not answer in time/);
  await say("two");
  const second = await model.request(2);
  second.say("2");
  await expectShown("user: one", "assistant: /failed", "user: two", "assistant: 2/failed");
  await second.closed;
  expect([first.isFinished, second.isFinished]).toEqual([false, false]);
});

test("a server that is not there fails the reply [ASSIST-5]", async () => {
  const gone = await startModelServer();
  const { url } = await startApp({
    assistant: {
      model: { url: gone.url.replace(/:\d+/, ":1"), model: "tiny", apiKey: undefined, times: quick },
    },
  });
  await createSession(url, { id: "s" });
  await send(url, "s", "Hello");
  await expectMessages(url, ["user: Hello", "assistant: /failed"]);
  expect((await readMessages(url))[1]?.failure).toMatch(/^The assistant cannot be reached now/);
});

test("the silence of the model renews the lease of its reply [ASSIST-5] [REPLY-9]", async () => {
  const { url, model, say, expectShown } = await startAssisted({ timeouts: { replyLeaseMs: 1500 } });
  await say("Hello");
  const request = await model.request(1);
  request.say("Good ");
  await expectShown("user: Hello", "assistant: Good /streaming");
  // A reply whose writer is gone shows when the lease of the silent one would have ended.
  await createSession(url, { id: "t" });
  await send(url, "t", "", { sender: "assistant", status: "streaming", writer: "gone" });
  await expectMessages(url, ["assistant: /interrupted"], "t");
  request.answer("day");
  await expectShown("user: Hello", "assistant: Good day");
});

test("a database that is out of reach for a while takes nothing from an answer [ASSIST-6] [FILE-8]", async () => {
  let appends = 0;
  const { url, databaseFile, model, say, expectShown } = await startAssisted({
    expectsFailures: true,
    guard: ({ operation }) => (appends += operation === "message.append" ? 1 : 0),
  });
  await say("Hello");
  const request = await model.request(1);
  request.say("Good ");
  await expectShown("user: Hello", "assistant: Good /streaming");
  renameSync(databaseFile, `${databaseFile}.away`);
  await expect
    .poll(async () => (await call(url, "POST", "/api/sessions", { id: "refused" })).status)
    .toBe(503);
  const before = appends;
  request.say("d");
  request.say("a");
  await expect.poll(() => appends).toBeGreaterThan(before);
  renameSync(`${databaseFile}.away`, databaseFile);
  request.answer("y");
  await expectShown("user: Hello", "assistant: Good day");
});

test("an answer that is too long fails with the text that fits, and the model is left [ASSIST-5] [REPLY-7]", async () => {
  const { model, say, read } = await startAssisted({ maxMessageChars: 100 });
  await say("Hello");
  const request = await model.request(1);
  const written = async () => (await read())[1];
  for (let line = 0; (await written())?.status !== "failed"; line += 1) request.say(`Line ${line}\n`);
  await request.closed;
  expect(show((await written()) ?? expect.fail("There is no reply."))).toMatch(
    /^assistant: Line 0\n[^]*\/failed$/,
  );
  expect((await written())?.failure).toMatch(/longer than 100 characters/);
});

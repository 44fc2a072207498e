import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { newDatabasePath } from "../db/database-file.ts";
import { openReply } from "../support/replies.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { startServer } from "../support/start-server.ts";
import { readMessages, startAssisted, expectMessages } from "./assisted-session.ts";

test("a message of a user is answered by a reply that streams [ASSIST-1]", async () => {
  const { model, say, expectShown, read } = await startAssisted({ instructions: "Be brief." });
  await say("Hello");
  const request = await model.request(1);
  expect(request.headers.authorization).toBe("Bearer sk-secret");
  expect(request.body).toMatchObject({ model: "tiny", stream: true });
  expect(request.prompt).toEqual(["system: Be brief.", "user: Hello"]);
  request.say("Good ");
  await expectShown("user: Hello", "assistant: Good /streaming");
  request.say("day");
  await expectShown("user: Hello", "assistant: Good day/streaming");
  request.finish();
  await expectShown("user: Hello", "assistant: Good day");
  expect(await read()).toMatchObject([{ key: "#1" }, { key: "reply:#1", parent_key: "#1" }]);
  await say("And now?");
  const next = await model.request(2);
  expect(next.prompt).toEqual(["system: Be brief.", "user: Hello", "assistant: Good day", "user: And now?"]);
  next.answer("Bye");
  await expectShown("user: Hello", "assistant: Good day", "user: And now?", "assistant: Bye");
});

test("the messages that are sent while a reply streams are answered together by the next one [ASSIST-2]", async () => {
  const { model, say, expectShown, read } = await startAssisted();
  await say("one");
  const first = await model.request(1);
  first.say("1");
  await say("two");
  await say("three");
  await expectShown("user: one", "assistant: 1/streaming", "user: two", "user: three");
  first.finish();
  const second = await model.request(2);
  expect(second.prompt).toEqual(["user: one", "assistant: 1", "user: two\n\nthree"]);
  second.answer("2 and 3");
  await expectShown("user: one", "assistant: 1", "user: two", "user: three", "assistant: 2 and 3");
  const keys = (await read()).map(({ key }) => key);
  expect(keys).toEqual(["#1", "reply:#1", "#3", "#4", "reply:#3"]);
  expect(model.requests).toHaveLength(2);
});

/**
 * An app, and another server without an assistant on its file. Right before the assistant opens its first reply, the other
 * server is sent a message.
 */
async function startBesideAnother(message: object) {
  const file = newDatabasePath();
  const sending: { to?: string } = {};
  const assisted = await startAssisted({
    database: { file, synchronous: "full" },
    guard: ({ caller, operation }) => {
      if (caller.kind !== "assistant" || operation !== "message.add" || !sending.to) return;
      const program = `const { status } = await fetch("${sending.to}/trpc/message.add", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: ${JSON.stringify(JSON.stringify({ session_id: "s", ...message }))},
      });
      if (status !== 200) throw new Error(status);`;
      delete sending.to;
      execFileSync(process.execPath, ["--input-type=module", "--eval", program]);
    },
  });
  const other = await startServer({ DATABASE_URL: `file:${file}` });
  sending.to = other.url;
  return { ...assisted, other };
}

test("a message that comes just before the reply is opened is in its prompt [ASSIST-2]", async () => {
  const { model, say, expectShown } = await startBesideAnother({ content: "two", sender: "user" });
  await say("one");
  const request = await model.request(1);
  expect(request.prompt).toEqual(["user: one\n\ntwo"]);
  request.answer("1 and 2");
  await expectShown("user: one", "user: two", "assistant: 1 and 2");
  expect(model.requests).toHaveLength(1);
});

test("a reply that the assistant of another server has opened just before is left to it [ASSIST-2]", async () => {
  const reply = { content: "", sender: "assistant", parent_key: "#1", status: "streaming" };
  const theirs = { key: "reply:#1", writer: "ai-desk-assistant" };
  const { model, say, expectShown, other } = await startBesideAnother({ ...reply, ...theirs });
  await say("one");
  await expectShown("user: one", "assistant: /streaming");
  await say("two");
  const end = { writer: "ai-desk-assistant", content: "1" };
  await call(other.url, "POST", "/api/sessions/s/messages/key:reply:%231/finish", end);
  const request = await model.request(1);
  expect(request.prompt).toEqual(["user: one", "assistant: 1", "user: two"]);
  request.answer("2");
  await expectShown("user: one", "assistant: 1", "user: two", "assistant: 2");
});

test("sessions are answered beside each other, each with one reply at a time [ASSIST-2]", async () => {
  const { url, model, say } = await startAssisted();
  await createSession(url, { id: "t" });
  await say("in s");
  const first = await model.request(1);
  await send(url, "t", "in t");
  const second = await model.request(2);
  expect([first.prompt, second.prompt]).toEqual([["user: in s"], ["user: in t"]]);
  second.answer("for t");
  await expectMessages(url, ["user: in t", "assistant: for t"], "t");
  first.answer("for s");
  await expectMessages(url, ["user: in s", "assistant: for s"]);
});

test("a reply that is asked for is claimed, and answers along its branch [ASSIST-3]", async () => {
  const { url, model, say, expectShown } = await startAssisted();
  await say("one");
  (await model.request(1)).answer("1");
  await expectShown("user: one", "assistant: 1");
  await say("two");
  (await model.request(2)).answer("2");
  await expectShown("user: one", "assistant: 1", "user: two", "assistant: 2");
  const asked = { content: "", sender: "assistant", status: "requested", parent_key: "reply:#1" };
  const answer = await call(url, "POST", "/api/sessions/s/messages", asked);
  expect(answer.status).toBe(200);
  const again = await model.request(3);
  expect(again.prompt).toEqual(["user: one"]);
  again.answer("One");
  await expectShown("user: one", "assistant: 1", "user: two", "assistant: 2", "assistant: One");
});

test("a reply to a message that is gone fails with a sentence, and no model is asked [ASSIST-3]", async () => {
  const { url, model, read, expectShown } = await startAssisted();
  const asked = { content: "", sender: "assistant", status: "requested", parent_key: "gone" };
  await call(url, "POST", "/api/sessions/s/messages", asked);
  await expectShown("assistant: /failed");
  expect((await read())[0]?.failure).toMatch(/^The message that this answers was deleted/);
  expect(model.requests).toHaveLength(0);
});

test("a reply of another writer comes first, and counts as the answer [ASSIST-2]", async () => {
  const { url, model, say, expectShown } = await startAssisted();
  const other = await openReply(url, "other");
  await say("Hello");
  await other.append("From a worker");
  await other.finish();
  const request = await model.request(1);
  expect(request.prompt).toEqual(["assistant: From a worker", "user: Hello"]);
  request.answer("From the model");
  await expectShown("assistant: From a worker", "user: Hello", "assistant: From the model");
});

test("halves of a character and NUL in an answer do no harm [ASSIST-1]", async () => {
  const { model, say, expectShown } = await startAssisted();
  await say("Hello");
  const request = await model.request(1);
  request.say("a\ud83d");
  await expectShown("user: Hello", "assistant: a/streaming");
  request.answer("\ude00\0b\udc00", "\ud83d");
  await expectShown("user: Hello", "assistant: a\u{1F600}b\uFFFD\uFFFD");
});

test("a message of an assistant, a rename, an edit and a deletion are not answered [ASSIST-1]", async () => {
  const { url, model, say, expectShown } = await startAssisted();
  await say("Hello");
  (await model.request(1)).answer("Good day");
  await expectShown("user: Hello", "assistant: Good day");
  await call(url, "PATCH", "/api/sessions/s", { title: "Renamed" });
  await call(url, "PATCH", "/api/sessions/s/messages/1", { content: "Hello!" });
  await call(url, "DELETE", "/api/sessions/s/messages/key:reply:%231");
  await send(url, "s", "By hand", { sender: "assistant" });
  await say("And now?");
  const next = await model.request(2);
  expect(next.prompt).toEqual(["user: Hello!", "assistant: By hand", "user: And now?"]);
  next.answer("Fine");
  await expectShown("user: Hello!", "assistant: By hand", "user: And now?", "assistant: Fine");
});

test("a message whose answer was deleted is not answered again [ASSIST-1]", async () => {
  const { url, model, say, expectShown } = await startAssisted();
  await say("one");
  (await model.request(1)).answer("1");
  await expectShown("user: one", "assistant: 1");
  await call(url, "DELETE", "/api/sessions/s/messages/key:reply:%231");
  await say("two");
  const next = await model.request(2);
  expect(next.prompt).toEqual(["user: one\n\ntwo"]);
  next.answer("2");
  await expectShown("user: one", "user: two", "assistant: 2");
});

test("64 sessions are answered at a time, and the next one when one of them is done", async () => {
  const { url, model, expectShown, say } = await startAssisted();
  await say("first");
  const first = await model.request(1);
  const others = Array.from({ length: 64 }, (_, index) => `other-${index}`);
  for (const id of others) {
    await createSession(url, { id });
    await send(url, id, `in ${id}`);
  }
  await model.request(64);
  first.say("1");
  await expectShown("user: first", "assistant: 1/streaming");
  expect(model.requests).toHaveLength(64);
  first.finish();
  expect((await model.request(65)).prompt).toEqual(["user: in other-63"]);
});

test("with demo: the answer begins with the question, and needs no network [ASSIST-8]", async () => {
  const { url } = await startApp({ assistant: { model: "demo" } });
  await createSession(url, { id: "s" });
  await send(url, "s", "What is\nthis?");
  const answer = async (): Promise<string> => (await readMessages(url))[1]?.content ?? "";
  await expect.poll(answer).toMatch(/^You asked:\n\n> What is this\?\n\nThis answer/);
  await expect.poll(async () => (await readMessages(url))[1]).not.toHaveProperty("status");
  expect(await answer()).toContain("```sh\ncurl -N ");
});

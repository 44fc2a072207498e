import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import type { ModelServerUnderTest } from "../support/model-server.ts";
import { startModelServer } from "../support/model-server.ts";
import { openReply } from "../support/replies.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { readMessages, expectMessages } from "./assisted-session.ts";

/** A database, and a model that the assistant on it asks. */
async function prepare() {
  const file = join(makeTemporaryFolder(), "ai_desk.db");
  const model = await startModelServer();
  const off = { DATABASE_URL: `file:${file}` };
  // No lease of a reply that was left open ends within a test.
  const settings = { ASSISTANT_URL: model.url, ASSISTANT_MODEL: "tiny", REPLY_LEASE_SECONDS: "3600" };
  const on = { ...off, ...settings };
  return { file, model, off, on };
}

/** Has a message of another session answered: the assistant has then read every earlier change of the list. */
async function answerElsewhere(url: string, model: ModelServerUnderTest, number: number): Promise<void> {
  await createSession(url, { id: "elsewhere" });
  await send(url, "elsewhere", "Hello");
  (await model.request(number)).answer("Good day");
  await expectMessages(url, ["user: Hello", "assistant: Good day"], "elsewhere");
}

test("a killed server's reply is interrupted at the next start, and the next attempt answers [ASSIST-6]", async () => {
  const { model, on } = await prepare();
  const first = await startServer(on);
  await createSession(first.url, { id: "s" });
  await send(first.url, "s", "one");
  const lost = await model.request(1);
  lost.say("Lost ");
  await expectMessages(first.url, ["user: one", "assistant: Lost /streaming"]);
  await send(first.url, "s", "two");
  await first.stop("SIGKILL");

  const second = await startServer(on);
  const again = await model.request(2);
  expect(again.prompt).toEqual(["user: one\n\ntwo"]);
  again.answer("1 and 2");
  const all = ["user: one", "assistant: Lost /interrupted", "user: two", "assistant: 1 and 2"];
  await expectMessages(second.url, all);
  const keys = (await readMessages(second.url)).map(({ key }) => key);
  expect([keys[1], keys[3]]).toEqual(["reply:#1", "reply:#1:2"]);
  expect((await second.stop()).code).toBe(0);

  // An answered message is not answered again: only the new message is.
  const third = await startServer(on);
  await send(third.url, "s", "three");
  const next = await model.request(3);
  expect(next.prompt.slice(-2)).toEqual(["assistant: 1 and 2", "user: three"]);
  next.answer("3");
  await expectMessages(third.url, [...all, "user: three", "assistant: 3"]);
  expect(model.requests).toHaveLength(3);
});

test("each message that was acknowledged just before a kill is answered once [ASSIST-6]", async () => {
  const { model, on } = await prepare();
  const ids = Array.from({ length: 20 }, (_, index) => `s${index}`);
  const first = await startServer(on);
  for (const id of ids) await createSession(first.url, { id });
  await Promise.all(ids.map((id) => send(first.url, id, `of ${id}`)));
  await first.stop("SIGKILL");

  const asked = model.requests.length;
  const second = await startServer(on);
  for (const [index] of ids.entries()) {
    const request = await model.request(asked + index + 1);
    request.answer(`For ${request.prompt.join()}`);
  }
  for (const id of ids) {
    await expect
      .poll(async () => (await readMessages(second.url, id)).map(({ status }) => status))
      .not.toContain("streaming");
    const messages = await readMessages(second.url, id);
    const answers = messages.filter(({ sender, status }) => sender === "assistant" && status === undefined);
    expect(answers.map(({ content }) => content)).toEqual([`For user: of ${id}`]);
  }
  expect(model.requests).toHaveLength(asked + ids.length);
});

test("what is sent while the assistant is off is not answered until it is on again [ASSIST-6] [ASSIST-8]", async () => {
  const { model, on, off } = await prepare();
  const first = await startServer(on);
  await createSession(first.url, { id: "s" });
  await first.stop();
  const second = await startServer(off);
  await send(second.url, "s", "Hello");
  await expectMessages(second.url, ["user: Hello"]);
  await second.stop();
  expect(model.requests).toHaveLength(0);
  const third = await startServer(on);
  (await model.request(1)).answer("Good day");
  await expectMessages(third.url, ["user: Hello", "assistant: Good day"]);
});

test("a stop interrupts the reply, and the next start goes on at once [ASSIST-6] [STOP-2]", async () => {
  const { file, model, on } = await prepare();
  const first = await startServer(on);
  await createSession(first.url, { id: "s" });
  await send(first.url, "s", "Hello");
  const lost = await model.request(1);
  lost.say("Lost ");
  await expectMessages(first.url, ["user: Hello", "assistant: Lost /streaming"]);
  await answerElsewhere(first.url, model, 2);
  expect((await first.stop()).code).toBe(0);
  await lost.closed;
  const database = new SqliteFile(file, { readonly: true });
  const select = "select content, status from message where session_id = 's' order by id";
  const rows = database.prepare(select).all();
  database.close();
  expect(rows).toEqual([
    { content: "Hello", status: null },
    { content: "Lost ", status: "interrupted" },
  ]);
  expect(first.log.filter(({ level }) => Number(level) >= 40)).toEqual([]);

  const second = await startServer(on);
  (await model.request(3)).answer("Good day");
  await expectMessages(second.url, ["user: Hello", "assistant: Lost /interrupted", "assistant: Good day"]);
});

test("the third interrupted attempt is the last [ASSIST-6]", async () => {
  const { model, on } = await prepare();
  const lost = ["assistant: /interrupted", "assistant: /interrupted", "assistant: /interrupted"];
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const server = await startServer(on);
    if (attempt === 1) {
      await createSession(server.url, { id: "s" });
      await send(server.url, "s", "one");
    }
    await model.request(attempt);
    await server.stop("SIGKILL");
  }
  const last = await startServer(on);
  await expectMessages(last.url, ["user: one", ...lost]);
  await send(last.url, "s", "two");
  const next = await model.request(4);
  next.answer("2");
  await expectMessages(last.url, ["user: one", ...lost, "user: two", "assistant: 2"]);
});

test("turned on over a history, the assistant answers new messages alone [ASSIST-7]", async () => {
  const { model, on, off } = await prepare();
  const first = await startServer(off);
  for (const id of ["old", "s"]) {
    await createSession(first.url, { id });
    await send(first.url, id, "Long ago");
  }
  await send(first.url, "old", "", { sender: "assistant", status: "requested", parent_key: "#1" });
  await first.stop();
  const second = await startServer(on);
  await call(second.url, "PATCH", "/api/sessions/old", { title: "Renamed" });
  await send(second.url, "s", "Now");
  const request = await model.request(1);
  expect(request.prompt).toEqual(["user: Long ago\n\nNow"]);
  request.answer("Good day");
  await expectMessages(second.url, ["user: Long ago", "user: Now", "assistant: Good day"]);
  await expectMessages(second.url, ["user: Long ago", "assistant: /requested"], "old");
  await second.stop();

  // The same after a restart.
  const third = await startServer(on);
  await call(third.url, "PATCH", "/api/sessions/old", { title: "Renamed again" });
  await send(third.url, "s", "And now?");
  (await model.request(2)).answer("Bye");
  await expectMessages(third.url, [
    "user: Long ago",
    "user: Now",
    "assistant: Good day",
    "user: And now?",
    "assistant: Bye",
  ]);
  await expectMessages(third.url, ["user: Long ago", "assistant: /requested"], "old");
  expect(model.requests).toHaveLength(2);
});

test("in a new epoch the assistant answers new messages alone [ASSIST-7]", async () => {
  const { file, model, on, off } = await prepare();
  const first = await startServer(on);
  await createSession(first.url, { id: "s" });
  await first.stop();
  const second = await startServer(off);
  await send(second.url, "s", "Before the restore");
  await second.stop();
  const database = new SqliteFile(file);
  database.prepare("update history set epoch = '0123456789abcdef'").run();
  database.close();
  const third = await startServer(on);
  await send(third.url, "s", "After it");
  const request = await model.request(1);
  expect(request.prompt).toEqual(["user: Before the restore\n\nAfter it"]);
  request.answer("Good day");
  await expectMessages(third.url, ["user: Before the restore", "user: After it", "assistant: Good day"]);
  expect(model.requests).toHaveLength(1);
});

test("two servers on one file answer each message once [ASSIST-6] [FILE-9]", async () => {
  const { model, on } = await prepare();
  const first = await startServer(on);
  await createSession(first.url, { id: "s" });
  await send(first.url, "s", "one");
  const lost = await model.request(1);
  lost.say("Lost ");
  await expectMessages(first.url, ["user: one", "assistant: Lost /streaming"]);
  const second = await startServer(on);
  await lost.closed;
  (await model.request(2)).answer("1");
  const shown = ["user: one", "assistant: Lost /interrupted", "assistant: 1"];
  await expectMessages(first.url, shown);
  for (const [index, { url }] of [first, second, first, second].entries()) {
    await send(url, "s", `message ${index}`);
    (await model.request(index + 3)).answer(`answer ${index}`);
    shown.push(`user: message ${index}`, `assistant: answer ${index}`);
    await expectMessages(url, shown);
  }
  expect(model.requests).toHaveLength(6);
});

test("a start ends no reply of another writer [ASSIST-6]", async () => {
  const { model, on } = await prepare();
  const first = await startServer(on);
  await createSession(first.url, { id: "s" });
  await send(first.url, "s", "one");
  (await model.request(1)).answer("1");
  await expectMessages(first.url, ["user: one", "assistant: 1"]);
  const other = await openReply(first.url, "other");
  await send(first.url, "s", "two");
  await answerElsewhere(first.url, model, 2);
  await first.stop();
  const second = await startServer(on);
  const back = await openReply(second.url, "other");
  await back.append("By a worker");
  await back.finish();
  expect(other.text).toBe("");
  const next = await model.request(3);
  expect(next.prompt).toEqual(["user: one", "assistant: 1\n\nBy a worker", "user: two"]);
  next.answer("2");
  await expectMessages(second.url, [
    "user: one",
    "assistant: 1",
    "assistant: By a worker",
    "user: two",
    "assistant: 2",
  ]);
});

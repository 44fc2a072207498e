import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { call, createSession, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { callTrpc } from "../support/trpc-wire.ts";

/** As a tool writes while the server runs. */
async function startAltered(statements: string): Promise<string> {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  await createSession(app.url, { id: "other" });
  await send(app.url, "s", "one");
  const tool = new SqliteFile(app.databaseFile);
  tool.exec(statements);
  tool.close();
  return app.url;
}

async function expectRefused(asking: Promise<Response>, sentence: string): Promise<void> {
  const answer = await asking;
  const message = expect.stringContaining(sentence) as string;
  expect([answer.status, await answer.json()]).toEqual([409, { code: "CONFLICT", message }]);
}

const large = ["9007199254740991", "9223372036854775806", "9223372036854775807", "9.3e18"];

test.each(large)("no session is made beyond the ordinal %s: 409 [STORED-6]", async (ordinal) => {
  const url = await startAltered(`update chatsession set ordinal = ${ordinal} where id = 's'`);
  for (const id of ["a", "b"]) {
    await expectRefused(call(url, "POST", "/api/sessions", { id }), "database");
    expect((await callTrpc(url, "session.create", { input: { id } })).status).toBe(409);
  }
  expect((await send(url, "s", "two")).content).toBe("two");
});

test.each(large)("nothing is changed beyond the list position %s: 409 [STORED-6]", async (position) => {
  const url = await startAltered(`update chatsession set list_seq = ${position} where id = 's'`);
  const message = { content: "two", sender: "user" };
  for (let time = 0; time < 2; time += 1) {
    await expectRefused(call(url, "POST", "/api/sessions", { id: "a" }), "database");
    await expectRefused(call(url, "POST", "/api/sessions/other/messages", message), "database");
    await expectRefused(call(url, "DELETE", "/api/sessions/s/messages/1"), "database");
    await expectRefused(call(url, "PATCH", "/api/sessions/s", { title: "t" }), "database");
    await expectRefused(call(url, "DELETE", "/api/sessions/s"), "database");
  }
  expect((await readSession(url, "s")).messages).toHaveLength(1);
});

test.each(large)(
  "nothing is changed in a session beyond its position %s, and others go on [STORED-6]",
  async (seq) => {
    const url = await startAltered(`update chatsession set seq = ${seq} where id = 's'`);
    const message = { content: "two", sender: "user" };
    for (let time = 0; time < 2; time += 1) {
      await expectRefused(
        call(url, "POST", "/api/sessions/s/messages", message),
        "positions in this session",
      );
      await expectRefused(call(url, "PATCH", "/api/sessions/s/messages/1", { content: "1" }), "positions in");
      await expectRefused(call(url, "DELETE", "/api/sessions/s/messages/1"), "positions in this session");
      await expectRefused(call(url, "PATCH", "/api/sessions/s", { title: "t" }), "positions in this session");
      await expectRefused(call(url, "DELETE", "/api/sessions/s"), "positions in this session");
    }
    expect((await send(url, "other", "two")).content).toBe("two");
  },
);

test("a deleted session at the last position is not made anew [STORED-6]", async () => {
  const url = await startAltered(
    "update chatsession set deleted = 1, title = '', seq = 9007199254740991 where id = 'other'",
  );
  await expectRefused(call(url, "POST", "/api/sessions", { id: "other" }), "positions in this session");
});

test.each(["9007199254740991", "9223372036854775807"])(
  "no message is stored after the id %s, which a tool has stored: 409, and what comes with it is stored [STORED-5]",
  async (id) => {
    const url = await startAltered(
      `insert into message (id, session_id, content, sender, timestamp, seq) values (${id}, 'other', '', '', '', 1)`,
    );
    const message = { content: "two", sender: "user" };
    for (let time = 0; time < 2; time += 1) {
      const [, made] = await Promise.all([
        expectRefused(call(url, "POST", "/api/sessions/s/messages", message), "no message ids left"),
        createSession(url, { id: `made ${time}` }),
      ]);
      expect(made.messages).toEqual([]);
    }
    expect((await readSession(url, "s")).messages).toHaveLength(1);
  },
);

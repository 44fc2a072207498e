import SqliteFile from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { call, createSession, readSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";
import { callTrpc } from "../support/trpc-wire.ts";

/** What another program does to the file while the server runs. */
function alter({ databaseFile }: RunningApp, statements: string): void {
  const other = new SqliteFile(databaseFile);
  other.pragma("foreign_keys = ON");
  other.exec(statements);
  other.close();
}

/** With the session `s` of messages 1 and 2, and another. */
async function start(statements: string): Promise<RunningApp> {
  const app = await startApp();
  for (const id of ["s", "other"]) await createSession(app.url, { id });
  for (const content of ["one", "two"]) await send(app.url, "s", content);
  await send(app.url, "other", "three");
  alter(app, statements);
  return app;
}

const attachment = "create table attachment (id integer primary key, message_id integer";

/** How a table refers to messages, and the one that forbids to delete them. */
const forbidding: [string, string, string][] = [
  ["a reference", `${attachment} references message); insert into attachment values (1, 2)`, "attachment"],
  [
    "a reference that restricts, in words of another case",
    `${attachment} REFERENCES Message (ID) on delete restrict); insert into attachment values (1, 2)`,
    "attachment",
  ],
  [
    "a reference that is checked when the transaction ends",
    `${attachment} references message deferrable initially deferred); insert into attachment values (1, 2)`,
    "attachment",
  ],
  [
    "a reference of two columns",
    `create table "a ""b" (s text, n integer, foreign key (s, n) references message (session_id, seq));
     insert into "a ""b" values ('s', 1)`,
    'a "b',
  ],
  [
    "a reference to rows that would be deleted with the messages",
    `${attachment} references message on delete cascade); insert into attachment values (1, 2);
     create table preview (attachment_id integer references attachment deferrable initially deferred);
     insert into preview values (1)`,
    "preview",
  ],
];

describe.each(forbidding)("%s", (_, statements, table) => {
  test("makes the deletion of the session a 409 that names the table, and of the message none [STORED-4]", async () => {
    const app = await start(statements);
    const [answer, overTrpc, sent] = await Promise.all([
      call(app.url, "DELETE", "/api/sessions/s"),
      callTrpc(app.url, "session.delete", { input: { session_id: "s" } }),
      // In the same commit as those that are refused, if it comes so.
      send(app.url, "other", "meanwhile"),
    ]);
    const message = expect.stringContaining(`The table ${JSON.stringify(table)}`) as string;
    expect([answer.status, await answer.json()]).toEqual([409, { code: "CONFLICT", message }]);
    expect([overTrpc.status, overTrpc.body]).toMatchObject([409, { error: { message } }]);
    expect(sent.content).toBe("meanwhile");
    expect((await readSession(app.url, "s")).messages).toHaveLength(2);

    // It is the table's rows that forbid it, and of this session alone.
    expect((await call(app.url, "DELETE", "/api/sessions/other")).status).toBe(204);
    expect((await call(app.url, "DELETE", "/api/sessions/s/messages/2")).status).toBe(204);
    alter(app, `delete from "${table.replaceAll('"', '""')}"`);
    expect((await call(app.url, "DELETE", "/api/sessions/s")).status).toBe(204);
  });
});

test.each([
  ["goes with what it refers to", `${attachment} references message on delete cascade)`],
  ["lets go of what it refers to", `${attachment} references message on delete set null)`],
  [
    "refers to itself too",
    `${attachment} references message on delete cascade, up integer references attachment on delete cascade)`,
  ],
])("a row that %s forbids nothing [STORED-4]", async (_, table) => {
  const app = await start(`${table}; insert into attachment (id, message_id) values (1, 2)`);
  expect((await call(app.url, "DELETE", "/api/sessions/s/messages/1")).status).toBe(204);
  expect((await call(app.url, "DELETE", "/api/sessions/s")).status).toBe(204);
});

test("a reference to the session forbids nothing, since a deleted one keeps its row [STORED-4]", async () => {
  const app = await start(`create table owner (session_id text references chatsession (id));
    insert into owner values ('s')`);
  expect((await call(app.url, "DELETE", "/api/sessions/s")).status).toBe(204);
  expect((await createSession(app.url, { id: "s" })).messages).toEqual([]);
});

test("what a trigger or a column of another program forbids is 409 in SQLite's words [STORED-4]", async () => {
  const app = await start(`${attachment} not null references message on delete set null);
    insert into attachment values (1, 2);
    create trigger keep before update of content on message begin select raise(abort, 'messages are kept'); end;`);
  const deletion = await call(app.url, "DELETE", "/api/sessions/s");
  expect([deletion.status, await deletion.json()]).toMatchObject([
    409,
    { message: expect.stringContaining("attachment.message_id") as string },
  ]);
  const edit = await call(app.url, "PATCH", "/api/sessions/s/messages/1", { content: "edited" });
  expect([edit.status, await edit.json()]).toMatchObject([
    409,
    { message: expect.stringContaining("messages are kept") as string },
  ]);
  expect((await send(app.url, "s", "next")).content).toBe("next");
});

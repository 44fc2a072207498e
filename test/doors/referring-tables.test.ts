import SqliteFile from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { fillSession } from "../support/fill-session.ts";
import { call, createSession, readSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";
import { callTrpc } from "../support/trpc-wire.ts";

/** Changes the file as another program does while the server runs. */
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

const sending = { content: "one", sender: "user" };
const title = { title: "Another" };
const trigger = "create trigger rule before";

/** An object of another program, a request that it forbids, and a part of the answer. */
const forbidden: [string, [method: string, path: string, body?: unknown], string][] = [
  [
    "create unique index u on message (content)",
    ["POST", "/s/messages", sending],
    "UNIQUE constraint failed: message.content",
  ],
  [
    "create unique index u on message (lower(content))",
    ["PATCH", "/s/messages/2", { content: "ONE" }],
    "index 'u'",
  ],
  [
    "update chatsession set title = id; create unique index u on chatsession (title)",
    ["POST", "", { title: "s" }],
    "chatsession.title",
  ],
  [
    `${trigger} insert on message begin insert into gone values (1); end`,
    ["POST", "/s/messages", sending],
    "main.gone",
  ],
  [`${trigger} insert on chatsession begin insert into gone values (1); end`, ["POST", "", {}], "main.gone"],
  [`${trigger} update on message begin select missing(new.id); end`, ["DELETE", "/s/messages/1"], "missing"],
  [`${trigger} update on chatsession begin delete from gone; end`, ["DELETE", "/s"], "main.gone"],
  [
    `create table audit (id); ${trigger} update on chatsession begin insert into audit (other) values (1); end`,
    ["PATCH", "/s", title],
    "other",
  ],
  [
    `create table audit (id check (id < 0)); ${trigger} insert on message begin insert into audit values (1); end`,
    ["POST", "/s/messages", sending],
    "CHECK",
  ],
  [
    `${trigger} insert on message begin select raise(ignore); end`,
    ["POST", "/s/messages", sending],
    "leaves out",
  ],
  [
    `${trigger} update on chatsession begin select raise(ignore); end`,
    ["POST", "/s/messages", sending],
    "leaves out",
  ],
  [`${trigger} update on message begin select raise(ignore); end`, ["DELETE", "/s/messages/1"], "leaves out"],
  [
    `${trigger} update on message begin select raise(ignore); end`,
    ["PATCH", "/s/messages/1", { content: "1" }],
    "leaves out",
  ],
  [`${trigger} update on chatsession begin select raise(ignore); end`, ["DELETE", "/s"], "leaves out"],
  [`${trigger} update on chatsession begin select raise(ignore); end`, ["PATCH", "/s", title], "leaves out"],
  [`${trigger} delete on message begin select raise(ignore); end`, ["DELETE", "/s"], "leaves out"],
  [`${trigger} insert on chatsession begin select raise(ignore); end`, ["POST", "", {}], "leaves out"],
];

test.each(forbidden)(
  "after %s a write that it forbids is 409 and changes nothing: %j [STORED-4]",
  async (statements, [method, path, body], said) => {
    const app = await start(statements);
    const before = await (await call(app.url, "GET", "/api/sessions")).json();
    for (let time = 0; time < 2; time += 1) {
      const answer = await call(app.url, method, `/api/sessions${path}`, body);
      const message = expect.stringContaining(said) as string;
      expect([answer.status, await answer.json()]).toEqual([409, { code: "CONFLICT", message }]);
    }
    expect(await (await call(app.url, "GET", "/api/sessions")).json()).toEqual(before);
    alter(app, statements.includes("index u") ? "drop index u" : "drop trigger rule");
    expect((await send(app.url, "s", "one")).content).toBe("one");
  },
);

test("messages that a trigger keeps from being removed later are not shown, and the purge of others goes on [STORED-4] [DELETED-2]", async () => {
  const app = await start(
    "create trigger rule before delete on message when old.seq = 120 begin select raise(ignore); end",
  );
  for (const id of ["kept", "purged"]) {
    await createSession(app.url, { id });
    fillSession(app.databaseFile, id, { count: 300, content: "x" });
    expect((await call(app.url, "DELETE", `/api/sessions/${id}`)).status).toBe(204);
    expect((await createSession(app.url, { id })).messages).toEqual([]);
  }
  alter(
    app,
    "drop trigger rule; create trigger rule before update of purge_id on chatsession when old.id = 'kept' begin select raise(ignore); end",
  );
  await createSession(app.url, { id: "third" });
  await call(app.url, "DELETE", "/api/sessions/third");
  for (const id of ["kept", "purged"]) expect((await readSession(app.url, id)).messages).toEqual([]);
});

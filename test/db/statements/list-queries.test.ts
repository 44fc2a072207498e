import type { Executor } from "../../../db/statements/executor.ts";
import SqliteFile from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { listChangedSessions, readListHead, readListSnapshot } from "../../../db/statements/list-queries.ts";
import { tombstoneMessage, insertMessage, updateContent } from "../../../db/statements/message-queries.ts";
import type { Database } from "../../../db/sqlite/database.ts";
import { takeNextSeq, updateTitle } from "../../../db/statements/session-queries.ts";
import { insertSession } from "../../../db/statements/make-session.ts";
import { SqliteStatements } from "../../../db/sqlite/sqlite-statements.ts";
import { deleteSessionRow } from "../../../db/statements/purge.ts";
import { newDatabasePath, open } from "../database-file.ts";

const extent = { limit: 10, excerptChars: 5 };

function make(database: Database, id: string): Promise<unknown> {
  return database.write((trx) => insertSession(trx, { id, title: id.toUpperCase(), created_at: "2025" }));
}

/** @returns the message's id */
function add(database: Database, session_id: string, content: string): Promise<number> {
  return database.write(async (trx) => {
    const { seq = 0 } = (await takeNextSeq(trx, session_id)) ?? {};
    const message = { session_id, content, sender: "user", timestamp: "2025", seq };
    return (await insertMessage(trx, message)).id;
  });
}

test("each session stands at the place of its last change, whatever that was [LIST-1]", async () => {
  const database = await open();
  for (const id of ["a", "b", "c", "d"]) await make(database, id);
  const first = await add(database, "b", "one of b");
  await add(database, "a", "one of a");
  await database.write((trx) => updateTitle(trx, "c", "Renamed"));
  await database.write((trx) => deleteSessionRow(trx, "d"));
  await database.write(async (trx) => {
    const { seq = 0 } = (await takeNextSeq(trx, "b")) ?? {};
    return updateContent(trx, { extra: null, id: first, content: "edited", seq });
  });
  expect(await readListHead(database.read)).toMatchObject({ seq: 9 });
  const rows = await listChangedSessions(database.read, { after: 0, upTo: 9, ...extent });
  expect(rows.map(({ id, list_seq, deleted }) => [id, list_seq, deleted])).toEqual([
    ["a", 6, 0],
    ["c", 7, 0],
    ["d", 8, 1],
    ["b", 9, 0],
  ]);
  expect(rows.map(({ last_message }) => last_message?.excerpt)).toEqual([
    "one o",
    undefined,
    undefined,
    "edite",
  ]);
  const page = await listChangedSessions(database.read, { ...extent, after: 6, upTo: 8, limit: 1 });
  expect(page.map(({ id }) => id)).toEqual(["c"]);
});

test("the last message is the last that is not deleted, by its id and not by its last change [LIST-1]", async () => {
  const database = await open();
  await make(database, "a");
  const [one, two, three] = [
    await add(database, "a", "one"),
    await add(database, "a", "two"),
    await add(database, "a", "three"),
  ];
  const excerpt = async (): Promise<string | undefined> =>
    (await readListSnapshot(database.read, extent)).rows[0]?.last_message?.excerpt;
  const change = (act: (seq: number) => { id: number; seq: number; content?: string }): Promise<unknown> =>
    database.write(async (trx) => {
      const { id, seq, content } = act((await takeNextSeq(trx, "a"))?.seq ?? 0);
      return content === undefined
        ? tombstoneMessage(trx, { id, seq })
        : updateContent(trx, { extra: null, id, seq, content });
    });
  expect(await excerpt()).toBe("three");
  await change((seq) => ({ id: one, seq, content: "ONE" }));
  expect(await excerpt()).toBe("three");
  await change((seq) => ({ id: three, seq }));
  expect(await excerpt()).toBe("two");
  await change((seq) => ({ id: two, seq }));
  await change((seq) => ({ id: one, seq }));
  expect((await readListSnapshot(database.read, extent)).rows[0]?.last_message).toBeNull();
});

test("a snapshot is the newest sessions and the head at one moment: one statement, also of an empty list [LIST-2]", async () => {
  const file = newDatabasePath();
  const database = await open(file);
  const reader = new SqliteFile(file, { readonly: true });
  onTestFinished(() => void reader.close());
  const statements: string[] = [];
  const inner = new SqliteStatements(reader);
  const read: Executor = {
    builder: inner.builder,
    run(statement, values) {
      statements.push(statement.sql);
      return inner.run(statement, values);
    },
  };
  expect(await readListSnapshot(read, extent)).toEqual({ seq: 0, rows: [] });
  for (const id of ["a", "b", "c", "d"]) await make(database, id);
  await database.write((trx) => deleteSessionRow(trx, "d"));
  const { seq, rows } = await readListSnapshot(read, { ...extent, limit: 2 });
  expect([seq, rows.map(({ id }) => id)]).toEqual([5, ["c", "b"]]);
  await database.write(async (trx) => {
    for (const id of ["a", "b", "c"]) await deleteSessionRow(trx, id);
  });
  expect(await readListSnapshot(read, extent)).toEqual({ seq: 8, rows: [] });
  expect(statements).toHaveLength(3);
});

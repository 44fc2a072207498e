import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { insertMessage } from "../../../db/statements/message-queries.ts";
import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { insertSession } from "../../../db/statements/make-session.ts";
import { createSqliteStore } from "../../../db/sqlite/sqlite-store.ts";
import type { SessionChange } from "../../../db/store.ts";
import { giveNewEpoch, markAsCopy, prepareIdentity } from "../../../db/sqlite/file-identity.ts";
import { newDatabasePath, open, query, writeFile } from "../database-file.ts";

const message = { session_id: "s", content: "", sender: "user", timestamp: "" };

/** A closed file with one message. */
async function makeFile(): Promise<string> {
  const file = newDatabasePath();
  const database = await openDatabase({ file, synchronous: "normal" });
  await database.write((trx) => insertSession(trx, { id: "s", title: "", created_at: "" }));
  await database.write((trx) => insertMessage(trx, { ...message, seq: 1 }));
  await database.close();
  return file;
}

function change<Value>(file: string, act: (database: SqliteFile.Database) => Value): Value {
  const database = new SqliteFile(file);
  try {
    return act(database);
  } finally {
    database.close();
  }
}

function lastMessageIdOf(file: string): number {
  return change(file, (database) => prepareIdentity(database)().messageId);
}

test("a new epoch is another one, and takes the mark of a copy away", async () => {
  const file = await makeFile();
  const [before] = query(file, "select epoch from history") as { epoch: string }[];
  change(file, markAsCopy);
  expect(query(file, "select copied from history")).toEqual([{ copied: 1 }]);
  const epoch = change(file, giveNewEpoch);
  expect(epoch).toMatch(/^[0-9a-f]{16}$/);
  expect(epoch).not.toBe(before?.epoch);
  expect(query(file, "select epoch, copied, closed from history")).toEqual([{ epoch, copied: 0, closed: 1 }]);
});

test("after a new epoch no message id is given that the replaced file gave", async () => {
  const file = await makeFile();
  change(file, (database) => giveNewEpoch(database, { messageId: 0, isSettled: true }));
  expect(lastMessageIdOf(file)).toBe(1);
  change(file, (database) => giveNewEpoch(database, { messageId: 40, isSettled: true }));
  const database = await open(file);
  const { id } = await database.write((trx) => insertMessage(trx, { ...message, seq: 2 }));
  expect(id).toBe(41);
});

test("the same in a file that never had a message", async () => {
  const file = newDatabasePath();
  await (await openDatabase({ file, synchronous: "normal" })).close();
  change(file, (database) => giveNewEpoch(database, { messageId: 40, isSettled: true }));
  expect(lastMessageIdOf(file)).toBe(40);
});

test("the number of the last commit rises with each piece of a reply, with its end, and with its removal [FILE-2]", async () => {
  const file = newDatabasePath();
  const store = createSqliteStore(await open(file));
  const numbers: number[] = [];
  const note = (): number => numbers.push(change(file, (database) => prepareIdentity(database)().listSeq));
  await store.change("s", (session) => session.create({ title: "", created_at: "" }));
  const noKey = { key: null, key_digest: null };
  const reply = { ...message, ...noKey, sender: "assistant", status: "streaming" } as const;
  const ends: ((session: SessionChange, id: number) => Promise<unknown>)[] = [
    (session, id) =>
      session.endReply(id, { status: "stopped", content: "xxx", extra: null, end_digest: null }),
    (session, id) => session.removeMessage(id),
    (session) => session.remove(),
  ];
  note();
  for (const end of ends) {
    const id = (await store.change("s", (session) => session.addMessage(reply)))?.id ?? 0;
    note();
    for (const start of [0, 1, 2]) {
      const piece = { start, text: "x", chunk_start: 0, chunks: [] };
      await store.change("s", (session) => session.appendToReply(id, piece));
      note();
    }
    await store.change("s", (session) => end(session, id));
    note();
  }
  expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other));
});

test("a copy of a file of before there were marks stays as it is", () => {
  const file = writeFile("create table history (id integer primary key, epoch text not null)");
  change(file, markAsCopy);
  expect(query(file, "select * from history")).toEqual([]);
});

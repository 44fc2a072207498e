import { existsSync } from "node:fs";
import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../db/sqlite/database.ts";
import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { readListHead } from "../../../db/statements/list-queries.ts";
import { insertSession } from "../../../db/statements/make-session.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { newDatabasePath, open } from "../database-file.ts";

const session = { id: "s", title: "New chat", created_at: "2025-11-30T12:00:00.000Z" };

/** The settings of the connection that writes. */
function readPragma(database: Database, name: string): Promise<unknown> {
  return database.write(async (trx) => {
    const { rows } = await sql<Record<string, unknown>>`${sql.raw(`pragma ${name}`)}`.execute(trx.builder);
    return Object.values(rows[0] ?? {})[0];
  });
}

test("a commit is synced in full, or as the operator chose", async () => {
  expect(await readPragma(await open(newDatabasePath(), "full"), "synchronous")).toBe(2);
  expect(await readPragma(await open(newDatabasePath(), "normal"), "synchronous")).toBe(1);
});

test("the setting of the sync holds when the file is opened again", async () => {
  const file = newDatabasePath();
  await (await openDatabase({ file, synchronous: "normal" })).close();
  expect(await readPragma(await open(file, "full"), "synchronous")).toBe(2);
});

test("readers and the writer do not wait for each other: the journal is a write-ahead log", async () => {
  expect(await readPragma(await open(), "journal_mode")).toBe("wal");
});

test("foreign keys are enforced", async () => {
  const database = await open();
  expect(await readPragma(database, "foreign_keys")).toBe(1);
  const orphan = { session_id: "nobody", content: "", sender: "user", timestamp: "", seq: 1 };
  const inserting = database.write((trx) => trx.builder.insertInto("message").values(orphan).execute());
  await expect(inserting).rejects.toThrow("FOREIGN KEY");
});

test("a transaction takes the write lock at once, not at its first write", async () => {
  const file = newDatabasePath();
  const database = await open(file);
  const other = new SqliteFile(file, { timeout: 0 });
  onTestFinished(() => void other.close());
  await database.write(async () => {
    expect(() => other.exec("begin immediate")).toThrow("database is locked");
  });
  other.exec("begin immediate; rollback");
});

test("what a write unit throws undoes what it did", async () => {
  const database = await open();
  const writing = database.write(async (trx) => {
    await insertSession(trx, session);
    throw new Error("too late");
  });
  await expect(writing).rejects.toThrow("too late");
  expect(await database.read.builder.selectFrom("chatsession").selectAll().execute()).toEqual([]);
});

test("reads see a write as soon as it is acknowledged, and cannot write", async () => {
  const database = await open();
  await database.write((trx) => insertSession(trx, session));
  expect(await database.read.builder.selectFrom("chatsession").select("id").execute()).toEqual([{ id: "s" }]);
  await expect(database.read.builder.deleteFrom("chatsession").execute()).rejects.toThrow("readonly");
});

test("a missing file is made with its folder", async () => {
  const file = join(makeTemporaryFolder(), "a", "b", "ai_desk.db");
  await open(file);
  expect(existsSync(file)).toBe(true);
});

test("a closed database is one file that holds everything", async () => {
  const file = newDatabasePath();
  const database = await openDatabase({ file, synchronous: "full" });
  await database.write((trx) => insertSession(trx, session));
  await database.close();
  expect([existsSync(file), existsSync(`${file}-wal`), existsSync(`${file}-journal`)]).toEqual([
    true,
    false,
    false,
  ]);
  const again = await open(file);
  expect(await again.read.builder.selectFrom("chatsession").select("id").execute()).toEqual([{ id: "s" }]);
});

test("every new database has a history of its own, which stays when it is opened again", async () => {
  const file = newDatabasePath();
  const first = await openDatabase({ file, synchronous: "full" });
  const { epoch } = await readListHead(first.read);
  await first.close();
  expect(epoch).toMatch(/^[0-9a-f]{16}$/);
  expect((await readListHead((await open(file)).read)).epoch).toBe(epoch);
  expect((await readListHead((await open()).read)).epoch).not.toBe(epoch);
});

test("the id of a deleted message is not used again", async () => {
  const database = await open();
  await database.write((trx) => insertSession(trx, session));
  const message = { session_id: "s", content: "", sender: "user", timestamp: "" };
  const insert = (seq: number) =>
    database.write((trx) =>
      trx.builder
        .insertInto("message")
        .values({ ...message, seq })
        .returning("id")
        .executeTakeFirstOrThrow(),
    );
  expect([await insert(1), await insert(2)]).toEqual([{ id: 1 }, { id: 2 }]);
  await database.write((trx) => trx.builder.deleteFrom("message").execute());
  expect(await insert(3)).toEqual({ id: 3 });
});

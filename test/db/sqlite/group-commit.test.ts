import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import SqliteFile from "better-sqlite3";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../db/sqlite/database.ts";
import type { Executor } from "../../../db/statements/executor.ts";
import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { insertSession } from "../../../db/statements/make-session.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { addSession, idsIn } from "../sessions.ts";

async function open(): Promise<{ database: Database; file: string }> {
  const file = join(makeTemporaryFolder(), "ai_desk.db");
  const database = await openDatabase({ file, synchronous: "full" });
  onTestFinished(() => database.close());
  return { database, file };
}

/** How many commits the write-ahead log holds: the frames that say how large the database then is (SQLite file format, §4.2). */
function countCommits(file: string): number {
  const log = readFileSync(`${file}-wal`);
  const pageSize = log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  let commits = 0;
  for (let at = 32; at + 24 + pageSize <= log.length; at += 24 + pageSize) {
    const isOfThisLog = log.subarray(at + 8, at + 16).equals(salt);
    if (isOfThisLog && log.readUInt32BE(at + 4) > 0) commits += 1;
  }
  return commits;
}

function rememberConnection(trx: Executor): Promise<unknown> {
  return sql`create temp table of_this_connection (id integer)`.execute(trx.builder);
}

async function isRemembered(trx: Executor): Promise<boolean> {
  const { rows } = await sql`select 1 from temp.sqlite_master where name = 'of_this_connection'`.execute(
    trx.builder,
  );
  return rows.length > 0;
}

test("units that arrive together share one commit, and units that arrive apart do not", async () => {
  const { database, file } = await open();
  await addSession(database, "before");
  const before = countCommits(file);
  const together = Array.from({ length: 50 }, (_, index) => `together ${index}`);
  await Promise.all(together.map((id) => addSession(database, id)));
  expect(countCommits(file)).toBe(before + 1);
  for (const id of ["one", "two", "three"]) await addSession(database, id);
  expect(countCommits(file)).toBe(before + 4);
  expect(await idsIn(database)).toEqual(["before", ...together, "one", "two", "three"]);
});

test("of a group the bad ones fail alone, each with its own error", async () => {
  const { database } = await open();
  const outcomes = await Promise.allSettled([
    addSession(database, "a"),
    addSession(database, "b", new Error("b is bad")),
    addSession(database, "c"),
    addSession(database, "d", new Error("d is bad")),
    addSession(database, "e"),
  ]);
  expect(
    outcomes.map((outcome) => (outcome.status === "rejected" ? String(outcome.reason) : "stored")),
  ).toEqual(["stored", "Error: b is bad", "stored", "Error: d is bad", "stored"]);
  expect(await idsIn(database)).toEqual(["a", "c", "e"]);
});

test("a unit sees what the units before it in its group did", async () => {
  const { database } = await open();
  const [first, second] = await Promise.all([addSession(database, "same"), addSession(database, "same")]);
  expect([first, second]).toMatchObject([{ id: "same" }, undefined]);
});

test("an outcome is told only when others can read it from the file", async () => {
  const { database } = await open();
  await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      await addSession(database, `s${index}`);
      expect(await idsIn(database)).toContain(`s${index}`);
    }),
  );
});

test("when the commit itself fails, the whole group fails and nothing is stored [DURABLE-5]", async () => {
  const { database } = await open();
  const outcomes = await Promise.allSettled([
    addSession(database, "a"),
    // Ends the transaction under the group, as SQLite itself does on a full disk.
    database.write(async (trx) => {
      await sql`rollback`.execute(trx.builder);
    }),
    addSession(database, "c"),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(await idsIn(database)).toEqual([]);
  await addSession(database, "later");
  expect(await idsIn(database)).toEqual(["later"]);
});

test("a unit that cannot be undone fails its group by that failure, not by the reason it had itself [DURABLE-4]", async () => {
  const { database } = await open();
  const outcomes = await Promise.allSettled([
    addSession(database, "a"),
    database.write(async (trx) => {
      await sql`rollback`.execute(trx.builder);
      throw new Error("no such session");
    }),
  ]);
  expect(
    outcomes.map((outcome) => (outcome.status === "rejected" ? String(outcome.reason) : "stored")),
  ).toEqual(["SqliteError: no such savepoint: unit", "SqliteError: no such savepoint: unit"]);
  expect(await idsIn(database)).toEqual([]);
});

test("a connection whose commit failed is not used again [DURABLE-4]", async () => {
  const { database } = await open();
  await database.write(rememberConnection);
  expect(await database.write(isRemembered)).toBe(true);
  const failing = database.write(async (trx) => {
    await sql`rollback`.execute(trx.builder);
  });
  await expect(failing).rejects.toThrow("no such savepoint");
  expect(await database.write(isRemembered)).toBe(false);
  const { rows } = await database.write((trx) => sql`pragma synchronous`.execute(trx.builder));
  expect(rows).toEqual([{ synchronous: 2 }]);
});

test("a full disk fails a write by its own name, and the next one that fits is stored", async () => {
  const { database } = await open();
  await addSession(database, "before");
  const limitPages = (count: number): Promise<unknown> =>
    database.write((trx) => sql`pragma max_page_count = ${sql.lit(count)}`.execute(trx.builder));
  await limitPages(1);
  const tooLarge = database.write((trx) =>
    insertSession(trx, { id: "large", title: "x".repeat(1_000_000), created_at: "" }),
  );
  await expect(tooLarge).rejects.toMatchObject({ code: "SQLITE_FULL" });
  await limitPages(1_000_000);
  await addSession(database, "after");
  expect(await idsIn(database)).toEqual(["before", "after"]);
});

test("a write waits for another process's lock, and nobody else waits with it", async () => {
  const { database, file } = await open();
  const other = new SqliteFile(file);
  onTestFinished(() => void other.close());
  other.exec("begin immediate");
  const written = addSession(database, "late");
  // A few turns, in each of which SQLite itself could have waited.
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
  expect(await idsIn(database)).toEqual([]);
  other.exec("rollback");
  await written;
  expect(await idsIn(database)).toEqual(["late"]);
});

test("closing waits for the units that were handed over before", async () => {
  const file = join(makeTemporaryFolder(), "ai_desk.db");
  const database = await openDatabase({ file, synchronous: "full" });
  const written = addSession(database, "last");
  await database.close();
  await written;
  const again = await openDatabase({ file, synchronous: "full" });
  onTestFinished(() => again.close());
  expect(await idsIn(again)).toEqual(["last"]);
});

import SqliteFile from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { insertMessage } from "../../../db/statements/message-queries.ts";
import type { Database } from "../../../db/sqlite/database.ts";
import { takeNextSeq } from "../../../db/statements/session-queries.ts";
import { insertSession } from "../../../db/statements/make-session.ts";
import { deleteSessionRow } from "../../../db/statements/purge.ts";
import { fillSession } from "../../support/fill-session.ts";
import { newDatabasePath, open } from "../database-file.ts";

async function openWith(messages: { count: number; content: string }): Promise<[Database, string]> {
  const file = newDatabasePath();
  const database = await open(file);
  await database.write(async (trx) => {
    for (const id of ["s", "other"]) await insertSession(trx, { id, title: "", created_at: "" });
  });
  fillSession(file, "s", messages);
  return [database, file];
}

function counter(file: string): () => number {
  const database = new SqliteFile(file, { readonly: true });
  onTestFinished(() => void database.close());
  const count = database.prepare<[], number>("select count(*) from message where session_id = 's'").pluck();
  return () => count.get() ?? -1;
}

test("others have their writes stored between the slices of a deletion, each of 1,000 rows at most [DELETED-2]", async () => {
  const [database, file] = await openWith({ count: 10_000, content: "x" });
  const countLeft = counter(file);
  const deleted = await database.write((trx) => deleteSessionRow(trx, "s"));
  expect(deleted).toMatchObject({ isPurged: false });
  database.purge();
  const left: number[] = [countLeft()];
  for (let index = 0; (left.at(-1) ?? 0) > 0; index += 1) {
    await database.write(async (trx) => {
      const place = await takeNextSeq(trx, "other");
      const message = { session_id: "other", content: `${index}`, sender: "user", timestamp: "" };
      await insertMessage(trx, { ...message, seq: place?.seq ?? 0 });
    });
    left.push(countLeft());
  }
  expect(left[0]).toBeGreaterThan(8000);
  const removed = left.slice(1).map((count, index) => (left[index] ?? 0) - count);
  expect(removed.length).toBeGreaterThanOrEqual(9);
  // Of two commits between two counts each may have had a slice.
  expect(Math.max(...removed)).toBeLessThanOrEqual(2000);
});

test("a few messages are removed with their session, many or large ones after it [DELETED-2]", async () => {
  for (const [count, size, left] of [
    [99, 100, 0],
    [101, 100, 1],
    [20, 200_000, 15],
  ] as const) {
    const [database, file] = await openWith({ count, content: "x".repeat(size) });
    const deleted = await database.write((trx) => deleteSessionRow(trx, "s"));
    expect([deleted?.isPurged, counter(file)()]).toEqual([left === 0, left]);
  }
});

test("an unfinished deletion is gone on with when the database is opened [DELETED-2]", async () => {
  const [database, file] = await openWith({ count: 3000, content: "x" });
  await database.write((trx) => deleteSessionRow(trx, "s"));
  const countLeft = counter(file);
  expect(countLeft()).toBe(2900);
  const again = await open(file);
  await expect.poll(countLeft).toBe(0);
  const unpurged = again.read.builder
    .selectFrom("chatsession")
    .select("id")
    .where("purge_id", "is not", null);
  await expect.poll(() => unpurged.execute()).toEqual([]);
});

test("messages that another's table refers to stay, and those of other sessions go [DELETED-2]", async () => {
  const [database, file] = await openWith({ count: 300, content: "x" });
  fillSession(file, "other", { count: 300, content: "y" });
  const foreign = new SqliteFile(file);
  foreign.exec("create table note (message_id integer references message (id))");
  foreign.exec("insert into note select max(id) from message where session_id = 'other'");
  foreign.close();
  await database.write(async (trx) => {
    await deleteSessionRow(trx, "other");
    await deleteSessionRow(trx, "s");
  });
  database.purge();
  await expect.poll(counter(file)).toBe(0);
});

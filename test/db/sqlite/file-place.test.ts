import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import SqliteFile from "better-sqlite3";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { DatabaseMovedError } from "../../../db/sqlite/database-errors.ts";
import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { addSession, idsIn } from "../sessions.ts";

async function open(file = join(makeTemporaryFolder(), "data", "ai_desk.db")) {
  const database = await openDatabase({ file, synchronous: "full" });
  onTestFinished(() => database.close());
  const refusals: (string | undefined)[] = [];
  database.onRefusal((refusal) => refusals.push(refusal?.fault));
  return { database, file, refusals };
}

const ways: { how: string; take: (file: string) => void; giveBack?: (file: string) => void }[] = [
  {
    how: "removed with its companions",
    take: (file) => ["", "-wal", "-shm"].forEach((name) => rmSync(file + name)),
  },
  {
    how: "moved away",
    take: (file) => renameSync(file, `${file}.away`),
    giveBack: (file) => renameSync(`${file}.away`, file),
  },
  {
    how: "replaced by another",
    take(file) {
      renameSync(file, `${file}.away`);
      writeFileSync(file, "");
    },
    giveBack: (file) => renameSync(`${file}.away`, file),
  },
  { how: "left without its log", take: (file) => rmSync(`${file}-wal`) },
  {
    how: "left with the log of another",
    take(file) {
      renameSync(`${file}-wal`, `${file}.away`);
      writeFileSync(`${file}-wal`, "");
    },
    giveBack: (file) => renameSync(`${file}.away`, `${file}-wal`),
  },
  {
    how: "moved with its folder",
    take: (file) => renameSync(dirname(file), `${dirname(file)}.away`),
    giveBack: (file) => renameSync(`${dirname(file)}.away`, dirname(file)),
  },
];

test.each(ways)(
  "a file that is $how is written no more: no write is acknowledged that nobody could find [FILE-8]",
  async ({ take, giveBack }) => {
    const { database, file, refusals } = await open();
    await addSession(database, "before");
    take(file);
    for (const id of ["one", "two"]) {
      await expect(addSession(database, id)).rejects.toMatchObject({ name: "DatabaseMovedError" });
    }
    await expect(database.probe()).rejects.toMatchObject({ name: "DatabaseMovedError" });
    expect(await idsIn(database)).toEqual(["before"]);
    expect(refusals).toHaveLength(1);
    if (!giveBack) return;
    giveBack(file);
    await database.probe();
    await addSession(database, "after");
    expect(await idsIn(database)).toEqual(["before", "after"]);
    expect(refusals).toEqual([refusals[0], undefined]);
  },
);

test("that a file has gone is noticed when nobody writes, and said once [FILE-8]", async () => {
  const { database, file } = await open();
  const refused = new Promise<DatabaseMovedError | undefined>((tell) => database.onRefusal(tell));
  rmSync(`${file}-shm`);
  expect((await refused)?.message).toMatch(/-shm was removed or moved: nothing is written until /);
  await expect(addSession(database, "late")).rejects.toThrow("-shm was removed or moved");
});

test("what was acknowledged before its log was removed is in the file [FILE-8] [DURABLE-2]", async () => {
  const { database, file } = await open();
  await addSession(database, "acknowledged");
  const refused = new Promise((tell) => database.onRefusal(tell));
  rmSync(`${file}-wal`);
  await refused;
  const other = new SqliteFile(file, { readonly: true });
  expect(other.prepare("select id from chatsession").pluck().all()).toEqual(["acknowledged"]);
  other.close();
});

test("the connection that takes the place of one that failed opens no other file [FILE-8] [DURABLE-4]", async () => {
  const { database, file, refusals } = await open();
  await addSession(database, "before");
  const failing = database.write(async (trx) => {
    await sql`rollback`.execute(trx.builder);
  });
  await expect(failing).rejects.toThrow("no such savepoint");
  const stranger = new SqliteFile(`${file}.stranger`);
  stranger.exec("create table strange (id integer)");
  stranger.close();
  renameSync(file, `${file}.away`);
  renameSync(`${file}.stranger`, file);
  await expect(addSession(database, "lost")).rejects.toThrow(`${file} is another file now`);
  expect(refusals).toEqual([`${file} is another file now`]);
  rmSync(file);
  await expect(addSession(database, "made anew")).rejects.toThrow(`${file} was removed or moved`);
  renameSync(`${file}.away`, file);
  await addSession(database, "after");
  expect(await idsIn(database)).toEqual(["before", "after"]);
});

test("a database that can be read and written says so, and is left as it was", async () => {
  const { database } = await open();
  await addSession(database, "only");
  const ids = () => sql`select * from sqlite_sequence`.execute(database.read.builder);
  const before = await ids();
  await database.probe();
  await database.probe();
  expect(await idsIn(database)).toEqual(["only"]);
  expect(await ids()).toEqual(before);
});

test("a database that takes no writes says so", async () => {
  const { database } = await open();
  await database.write((trx) => sql`pragma query_only = on`.execute(trx.builder));
  await expect(database.probe()).rejects.toMatchObject({ code: "SQLITE_READONLY" });
});

test.each(["drop table message", "alter table chatsession drop column title_seq"])(
  "a database whose schema is broken, by %s, says so",
  async (fault) => {
    const { database, file } = await open();
    const other = new SqliteFile(file);
    other.exec(fault);
    other.close();
    await expect(database.probe()).rejects.toThrow(/no such table|no column/);
  },
);

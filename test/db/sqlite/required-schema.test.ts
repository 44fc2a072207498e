import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { startRefused } from "../../support/refused-start.ts";
import { digest, newDatabasePath, query, writeFile } from "../database-file.ts";

async function newFile(): Promise<string> {
  const file = newDatabasePath();
  await (await openDatabase({ file, synchronous: "normal" })).close();
  return file;
}

const incomplete: [statements: string, said: RegExp][] = [
  ["drop table message", /lacks the table message and cannot be used/],
  ["drop table history", /lacks the table history and/],
  ["drop table chatsession", /lacks the table chatsession and/],
  ["drop table message; create view message as select 1 as id", /lacks the table message and/],
  [
    "drop index message_page; alter table message drop column deleted",
    /lacks the column message\.deleted and/,
  ],
  [
    "drop index chatsession_page; alter table chatsession drop column purge_id; alter table history drop column run",
    /lacks the column chatsession\.purge_id, the column history\.run and/,
  ],
  [
    "alter table message rename to old; create table message as select * from old; drop table old",
    /lacks the primary key message \(id\), the autoincrement of message\.id and/,
  ],
  [
    "delete from history",
    /has a table history that must hold one name .* and holds 0 rows and cannot be used/,
  ],
  ["delete from kysely_migration where name > '0003'; drop table message", /lacks the table message and/],
];

test.each(incomplete)(
  "a start on a file of our own is refused, and leaves it as it was, after: %s [START-4]",
  async (statements, said) => {
    const drops = /purge_id/.test(statements) ? "drop index chatsession_purge;" : "";
    const file = writeFile(`${drops}${statements}`, await newFile());
    const before = digest(file);
    const opening = openDatabase({ file, synchronous: "normal", copiesBeforeMigration: true });
    await expect(opening).rejects.toThrow(
      new RegExp(
        `^DATABASE_URL names ${file}, which ${said.source}.*: put a backup in its place \\(ai-desk restore FILE\\), or`,
      ),
    );
    expect(digest(file)).toBe(before);
    expect(readdirSync(dirname(file)).filter((name) => name.includes("before"))).toEqual([]);
  },
);

test("the server says in one sentence what a file lacks, and ends [START-4]", async () => {
  const file = writeFile("drop table message", await newFile());
  const { code, stderr } = await startRefused({ DATABASE_URL: `file:${file}` });
  expect(code).toBe(1);
  expect(stderr).toBe(
    `DATABASE_URL names ${file}, which lacks the table message and cannot be used: put a backup in its place (ai-desk restore FILE), or name another file.\n`,
  );
});

test("a file that lacks an index, or has more than we made, is opened [START-4]", async () => {
  const file = writeFile(
    "drop index chatsession_page; alter table message add column note text; create table notes (text)",
    await newFile(),
  );
  await (await openDatabase({ file, synchronous: "normal" })).close();
  expect(query(file, "select * from notes")).toEqual([]);
});

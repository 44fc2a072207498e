import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { ForeignDatabaseError } from "../../../../db/sqlite/migrate.ts";
import { openDatabase } from "../../../../db/sqlite/open-database.ts";
import { digest, newDatabasePath, open, originalTables, query, writeFile } from "../../database-file.ts";

test.each(["9007199254740992", "9223372036854775807", "-9007199254740992"])(
  "a file of the original with the message id %s is refused and left as it was [STORED-5]",
  async (id) => {
    const file = writeFile(`${originalTables}
      insert into chatsession values ('s', 'S', ''); insert into message values (${id}, 's', '', 'user', '');`);
    const before = digest(file);
    const opening = openDatabase({ file, synchronous: "full" });
    await expect(opening).rejects.toThrow(ForeignDatabaseError);
    await expect(opening).rejects.toThrow(
      `The message id ${id} of this file is beyond what JSON holds exactly`,
    );
    expect(digest(file)).toBe(before);
  },
);

test("a file of our own with such an id is refused too [STORED-5]", async () => {
  const file = newDatabasePath();
  const database = await openDatabase({ file, synchronous: "full" });
  await database.close();
  writeFile(
    `insert into chatsession (id, title, created_at, ordinal, seq, list_seq) values ('s', '', '', 1, 1, 1);
    insert into message (id, session_id, content, sender, timestamp, seq) values (9007199254740993, 's', '', '', '', 1);`,
    file,
  );
  await expect(openDatabase({ file, synchronous: "full" })).rejects.toThrow(
    "The message id 9007199254740993",
  );
});

test("the largest and the smallest id that JSON holds exactly are taken [STORED-5]", async () => {
  const file = writeFile(`${originalTables}
    insert into message values (9007199254740991, 's', '', 'user', ''), (-9007199254740991, 's', '', 'user', '');`);
  await open(file);
  expect(query(file, "select id from message order by id")).toEqual([
    { id: -9007199254740991 },
    { id: 9007199254740991 },
  ]);
});

test.each([
  ["ordinal", "9223372036854775807", "session ordinal"],
  ["list_seq", "9007199254740992", "list position"],
])(
  "a file of our own with such a place of a session is refused: %s %s [STORED-6]",
  async (column, number, what) => {
    const file = newDatabasePath();
    await (await openDatabase({ file, synchronous: "full" })).close();
    writeFile(
      `insert into chatsession (id, title, created_at, ordinal, list_seq) values ('s', '', '', 1, 1);
    update chatsession set ${column} = ${number}`,
      file,
    );
    await expect(openDatabase({ file, synchronous: "full" })).rejects.toThrow(
      `The ${what} ${number} of this file is beyond what JSON holds exactly`,
    );
  },
);

test("a file with such a number is refused before it is copied [STORED-5] [MIGRATE-1]", async () => {
  const file = writeFile(`${originalTables}
    insert into message values (9007199254740992, 's', '', 'user', '');`);
  const opening = openDatabase({ file, synchronous: "full", copiesBeforeMigration: true });
  await expect(opening).rejects.toThrow("The message id 9007199254740992 of this file");
  expect(readdirSync(dirname(file)).filter((name) => name.includes(".before-"))).toEqual([]);
});

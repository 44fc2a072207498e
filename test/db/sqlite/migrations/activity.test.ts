import { expect, test } from "vitest";
import { migrations } from "../../../../db/sqlite/migrations/index.ts";
import { migrateFile, newDatabasePath, open, originalTables, query, writeFile } from "../../database-file.ts";

const byActivity = "select id from chatsession where deleted = 0 order by activity_seq, ordinal";

test("the sessions of the original are in the order of their last messages; an empty one comes after the first message of those before it", async () => {
  const file = writeFile(`${originalTables}
    insert into chatsession values ('a', 'A', ''), ('b', 'B', ''), ('empty', 'E', ''), ('c', 'C', '');
    insert into message (id, session_id, content, sender, timestamp) values (1, 'a', '', 'user', ''),
      (2, 'b', '', 'user', ''), (3, 'c', '', 'user', ''), (4, 'a', '', 'user', '');`);
  await open(file);
  expect(query(file, byActivity)).toEqual(["b", "empty", "c", "a"].map((id) => ({ id })));
});

test("a file of an earlier version keeps its order, also where a session was made anew, and the next activity is after all", async () => {
  const file = newDatabasePath();
  const earlier = Object.entries(migrations).filter(([name]) => name < "0006");
  await migrateFile(file, Object.fromEntries(earlier));
  // The messages of the past life of `anew` wait to be removed.
  writeFile(
    `insert into chatsession (id, title, created_at, ordinal, seq, start_seq, list_seq, purge_id, deleted) values
      ('first', '', '', 1, 2, 0, 9, null, 0), ('anew', '', '', 4, 3, 2, 8, 5, 0), ('gone', '', '', 3, 1, 0, 7, null, 1);
    insert into message (id, session_id, content, sender, timestamp, seq) values
      (1, 'first', '', '', '', 1), (2, 'anew', '', '', '', 1), (5, 'anew', '', '', '', 2), (4, 'first', '', '', '', 2);`,
    file,
  );
  await open(file);
  expect(query(file, byActivity)).toEqual([{ id: "anew" }, { id: "first" }]);
  expect(query(file, "select max(activity_seq) <= max(list_seq) as is_before from chatsession")).toEqual([
    { is_before: 1 },
  ]);
});

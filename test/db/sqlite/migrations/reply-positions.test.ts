import { expect, test } from "vitest";
import { migrations } from "../../../../db/sqlite/migrations/index.ts";
import { createSqliteStore } from "../../../../db/sqlite/sqlite-store.ts";
import { migrateFile, newDatabasePath, open, query, writeFile } from "../../database-file.ts";

test("a reply that is open while the file is migrated is read from any of its positions [REPLY-3]", async () => {
  const file = newDatabasePath();
  const earlier = Object.entries(migrations).filter(([name]) => name < "0011");
  await migrateFile(file, Object.fromEntries(earlier));
  // The row of a message followed its last piece.
  writeFile(
    `insert into chatsession (id, title, created_at, ordinal, seq, list_seq) values ('s', '', '', 1, 5, 1);
    insert into message (id, session_id, content, sender, timestamp, seq, sent_seq, status) values
      (1, 's', '', 'assistant', '', 5, 1, 'streaming'), (2, 's', '', 'assistant', '', 3, null, 'streaming');
    insert into reply (message_id, session_id, writer, shown_seq, chars, pieces) values
      (1, 's', 'w', 1, 7, 3), (2, 's', 'w', 3, 0, 0);
    insert into reply_piece (message_id, seq, start, text, chunk_start, chunks) values
      (1, 2, 0, 'a ', 0, null), (1, 4, 2, 'few ', 0, null), (1, 5, 6, '.', 0, null);`,
    file,
  );
  const store = createSqliteStore(await open(file));
  expect(query(file, "select message_id, seq from reply order by message_id")).toEqual([
    { message_id: 1, seq: 5 },
    { message_id: 2, seq: 3 },
  ]);
  const life = await store.sessions.findLog("s");
  if (!life) throw new Error("There is no session.");
  const changesAfter = async (after: number): Promise<unknown> => {
    const read = await store.messages.listChanged({ life, after, upTo: 5, limit: 100 });
    return read?.rows.map(({ id, seq, content, since }) => [id, seq, content, since?.offset ?? "whole"]);
  };
  expect(await changesAfter(0)).toEqual([
    [1, 2, "a ", "whole"],
    [2, 3, "", "whole"],
    [1, 5, "few .", 2],
  ]);
  expect(await changesAfter(4)).toEqual([[1, 5, ".", 6]]);
  expect(await store.messages.find("s", { id: 1 })).toMatchObject({ content: "a few .", seq: 5 });
});

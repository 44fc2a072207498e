import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { createSqliteStore } from "../../../db/sqlite/sqlite-store.ts";
import type { NewPiece } from "../../../db/store.ts";
import { newDatabasePath, open, query } from "../database-file.ts";

const message = { sender: "assistant", timestamp: "2025-11-30T12:00:00.000Z", key: null, key_digest: null };

/** A store with a reply, and a function that appends to the reply. */
async function openReply() {
  const file = newDatabasePath();
  const store = createSqliteStore(await open(file));
  await store.change("s", (session) => session.create({ title: "Talk", created_at: message.timestamp }));
  const reply = await store.change("s", (session) =>
    session.addMessage({ ...message, content: "", status: "streaming", writer: "w" }),
  );
  const id = reply?.id ?? 0;
  let start = 0;
  const append = async (words: readonly string[]): Promise<void> => {
    for (const text of words) {
      const piece: NewPiece = { start, text, chunk_start: 0, chunks: [] };
      await store.change("s", (session) => session.appendToReply(id, piece));
      start += text.length;
    }
  };
  return { file, store, id, append };
}

test("the pieces of a reply are joined 16 and 256 at a time, and its end leaves nothing of them [REPLY-3]", async () => {
  const { file, store, id, append } = await openReply();
  const words = Array.from({ length: 300 }, (_, index) => `${index} `);
  await append(words);
  expect(query(file, "select text, chunks from reply_block order by seq")).toEqual([
    { text: words.slice(0, 256).join(""), chunks: null },
    { text: words.slice(256, 272).join(""), chunks: null },
    { text: words.slice(272, 288).join(""), chunks: null },
  ]);
  const content = words.join("");
  expect(await store.messages.find("s", { id })).toMatchObject({ content });
  await store.change("s", (session) =>
    session.endReply(id, { status: null, content, extra: null, end_digest: null }),
  );
  expect(query(file, "select seq from reply_block union all select seq from reply_piece")).toEqual([]);
});

test("a reply that was open before there were blocks loses none of its pieces [REPLY-3]", async () => {
  const { file, store, id, append } = await openReply();
  const words = Array.from({ length: 300 }, (_, index) => `${index} `);
  await append(words.slice(0, 10));
  const database = new SqliteFile(file);
  // As the migration makes it.
  database.exec("update reply set pieces = 0");
  database.close();
  for (let length = 10; length < words.length; length += 1) {
    await append(words.slice(length, length + 1));
    expect(await store.messages.find("s", { id })).toMatchObject({
      content: words.slice(0, length + 1).join(""),
    });
  }
});

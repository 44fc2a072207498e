import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { listChangedMessages } from "../../../db/statements/log-queries.ts";
import { insertMessage } from "../../../db/statements/message-queries.ts";
import type { Database } from "../../../db/sqlite/database.ts";
import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { insertSession } from "../../../db/statements/make-session.ts";
import { listMessageChunk } from "../../../db/statements/message-pages.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";

async function openWithMessages(contents: string[]): Promise<Database> {
  const database = await openDatabase({
    file: join(makeTemporaryFolder(), "ai_desk.db"),
    synchronous: "normal",
  });
  onTestFinished(() => database.close());
  await database.write(async (trx) => {
    await insertSession(trx, { id: "s", title: "", created_at: "" });
    for (const [index, content] of contents.entries()) {
      await insertMessage(trx, { session_id: "s", content, sender: "user", timestamp: "", seq: index + 1 });
    }
  });
  return database;
}

/** The ids of each chunk, until one says that it is the last. */
async function readAll(database: Database, limit: number): Promise<number[][]> {
  const chunks: number[][] = [];
  for (let after = 0; ;) {
    const { rows, isLast } = await listMessageChunk(database.read, {
      life: { id: "s", ordinal: 1, purge_id: null },
      after,
      limit,
      from: "oldest",
    });
    chunks.push(rows.map(({ id }) => id));
    if (isLast) return chunks;
    after = rows.at(-1)?.id ?? after;
  }
}

test("a chunk holds 128 KiB of content, or one message that is larger, and none is left out [SLOW-1]", async () => {
  const large = "x".repeat(50_000);
  // Counted in bytes, not in characters.
  const wide = "€".repeat(50_000);
  const database = await openWithMessages([large, large, large, wide, "a", "b", wide, wide, "c"]);
  expect(await readAll(database, 100)).toEqual([[1, 2], [3], [4], [5, 6], [7], [8], [9]]);
});

test("small messages come as many at a time as were asked for", async () => {
  const database = await openWithMessages(Array.from({ length: 60 }, () => "x"));
  expect((await readAll(database, 25)).map(({ length }) => length)).toEqual([25, 25, 10]);
  expect((await readAll(database, 30)).map(({ length }) => length)).toEqual([30, 30, 0]);
  expect(await readAll(database, 5)).toHaveLength(13);
});

test("of few messages the small ones before a large one come first, and none is left out [SLOW-1]", async () => {
  const large = "x".repeat(100_000);
  const database = await openWithMessages(["a", "b", large, large, "c"]);
  expect(await readAll(database, 5)).toEqual([[1, 2], [3], [4, 5]]);
});

test("up to a hundred messages come in one chunk as long as none has more than a hundredth of 256 KiB [SLOW-1]", async () => {
  const database = await openWithMessages(Array.from({ length: 100 }, () => "x".repeat(2621)));
  expect((await readAll(database, 100)).map(({ length }) => length)).toEqual([100, 0]);
  const larger = await openWithMessages(Array.from({ length: 100 }, () => "x".repeat(2622)));
  expect((await readAll(larger, 100)).map(({ length }) => length)).toEqual([49, 49, 2]);
});

test("of few changes the small ones before a large one come first, and none is left out [SLOW-1]", async () => {
  const large = "x".repeat(100_000);
  const database = await openWithMessages(["a", "b", large, large, "c"]);
  const pages: number[][] = [];
  for (let after = 0; after < 5;) {
    const life = {
      id: "s",
      ordinal: 1,
      start_seq: 0,
      title_seq: 0,
      purge_id: null,
      has_open_replies: 0 as const,
    };
    const read = await listChangedMessages(database.read, { life, after, upTo: 5, limit: 10 });
    pages.push((read?.rows ?? []).map(({ seq }) => seq));
    after = read?.upTo ?? 5;
  }
  expect(pages).toEqual([[1, 2], [3], [4, 5]]);
});

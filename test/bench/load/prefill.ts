import SqliteFile from "better-sqlite3";
import { openDatabase } from "../../../db/sqlite/open-database.ts";

export type Prefill = { sessions: number; messagesEach: number; chars: number };

/**
 * Puts sessions with messages into a database that no server has open. Their ids are `s0`, `s1`, …, and in each the
 * positions of the messages are 1, 2, … @returns the ids of the sessions.
 */
export async function prefill(file: string, { sessions, messagesEach, chars }: Prefill): Promise<string[]> {
  // Made by the product, so that it is the product's schema; filled here, since a million rows would take it minutes.
  await (await openDatabase({ file, synchronous: "normal" })).close();
  const ids = Array.from({ length: sessions }, (_, index) => `s${index}`);
  const createdAt = new Date().toISOString();
  const content = "0 ".padEnd(chars, "x");
  const database = new SqliteFile(file);
  const insertSession = database.prepare(
    "insert into chatsession (id, title, created_at, ordinal, seq, list_seq) values (?, 'Prefilled', ?, ?, ?, ?)",
  );
  const insertMessages = database.prepare(`
    with recursive number(n) as (select 1 union all select n + 1 from number where n < ?)
    insert into message (session_id, content, sender, timestamp, seq) select ?, ?, 'user', ?, n from number`);
  database.transaction(() => {
    for (const [index, id] of ids.entries()) {
      insertSession.run(id, createdAt, index + 1, messagesEach, index + 1);
      if (messagesEach > 0) insertMessages.run(messagesEach, id, content, createdAt);
    }
  })();
  database.close();
  return ids;
}

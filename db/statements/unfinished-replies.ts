import { sql } from "kysely";
import type { ChangedMessage, StoredMessage } from "../rows.ts";
import type { Executor } from "./executor.ts";
import type { Placeholders } from "./statement.ts";
import { appendedTo } from "./reply-text.ts";
import { prepare, unpeekedParam } from "./statement.ts";

type SinceQuery = { id: number; after: number };

const selectSince = prepare((db, { id, after }: Placeholders<SinceQuery>) =>
  db
    .selectFrom("reply_piece as piece")
    .innerJoin("reply", "reply.message_id", "piece.message_id")
    .select(["piece.start as offset", "piece.chunk_start as chunk_offset"])
    .where("piece.message_id", "=", unpeekedParam(id, "integer"))
    .where("piece.seq", ">", unpeekedParam(after, "integer"))
    .where("reply.shown_seq", "<=", unpeekedParam(after, "integer"))
    .orderBy("piece.seq")
    .limit(sql.lit(1)),
);

/**
 * Tells of a streaming reply what a reader at the position `after` lacks. If a reply has ended since it was read, its pieces are gone: then
 * the reader gets the whole message as it was read.
 */
export async function toChangedMessage(
  db: Executor,
  row: StoredMessage,
  after: number,
): Promise<ChangedMessage> {
  const since = await selectSince.takeFirst(db, { id: row.id, after });
  return Object.assign(row, { since: since ?? null });
}

type UnfinishedQuery = { sessionId: string; after: number; upTo: number };

const selectUnfinished = prepare((db, { sessionId, upTo }: Placeholders<Omit<UnfinishedQuery, "after">>) => {
  const end = unpeekedParam(upTo, "integer");
  const appended = appendedTo("message", end);
  return db
    .selectFrom("reply")
    .innerJoin("message", "message.id", "reply.message_id")
    .select([
      "message.id",
      "message.session_id",
      "message.sender",
      "message.timestamp",
      "message.key",
      "message.status",
      "message.complete_id",
      "message.extra",
      "message.deleted",
      sql<string>`message.content || ${appended.text}`.as("content"),
      appended.chunks.as("chunks"),
      sql<number>`coalesce((select max(seq) from reply_piece where message_id = message.id and seq <= ${end}),
        reply.shown_seq)`.as("seq"),
    ])
    .where("reply.session_id", "=", unpeekedParam(sessionId, "text"))
    .where("reply.shown_seq", "<=", end)
    .where("message.seq", ">", end);
});

/**
 * The streaming replies that a page of changes leaves out, since their last piece is beyond the end of the page: as they were at
 * that position. Replies that had no change after `after` are left out.
 */
export async function listUnfinished(
  db: Executor,
  { sessionId, after, upTo }: UnfinishedQuery,
): Promise<StoredMessage[]> {
  const rows = await selectUnfinished.execute(db, { sessionId, upTo });
  return rows.filter(({ seq }) => seq > after);
}

import type { Expression } from "kysely";
import { sql } from "kysely";
import type { ChangedMessage, StoredMessage } from "../rows.ts";
import type { Executor } from "./executor.ts";
import type { Placeholders } from "./statement.ts";
import { prepare } from "./statement.ts";

/** Where the pieces of a streaming reply begin that came after a position, if a reader at that position has the reply. */
export function sinceColumns(after: Expression<number>) {
  const first = (column: string) => sql<number | null>`case when message.status = 'streaming'
    and (select shown_seq from reply where reply.message_id = message.id) <= ${after}
    then (select ${sql.ref(column)} from reply_piece as later
      where later.message_id = message.id and later.seq > ${after} order by later.seq limit 1) end`;
  return [first("start").as("since_offset"), first("chunk_start").as("since_chunk")] as const;
}

export type Since = { since_offset: number | null; since_chunk: number | null };

export function toChangedMessage({
  since_offset: offset,
  since_chunk: chunkOffset,
  ...row
}: StoredMessage & Since): ChangedMessage {
  const since = offset === null || chunkOffset === null ? null : { offset, chunk_offset: chunkOffset };
  return { ...row, since };
}

type UnfinishedQuery = { sessionId: string; after: number; upTo: number };

const selectUnfinished = prepare((db, { sessionId, after, upTo }: Placeholders<UnfinishedQuery>) => {
  const pieces = sql`reply_piece as piece where piece.message_id = message.id and piece.seq <= ${upTo}`;
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
      sql<string>`message.content
        || coalesce((select group_concat(piece.text, '' order by piece.seq) from ${pieces}), '')`.as(
        "content",
      ),
      sql<string | null>`(select group_concat(piece.chunks, ',' order by piece.seq) from ${pieces})`.as(
        "chunks",
      ),
      sql<number>`coalesce((select max(piece.seq) from ${pieces}), reply.shown_seq)`.as("seq"),
      ...sinceColumns(after),
    ])
    .where("reply.session_id", "=", sessionId)
    .where("reply.shown_seq", "<=", upTo)
    .where("message.seq", ">", upTo);
});

/**
 * The streaming replies that a page of changes leaves out, since their last piece is beyond the end of the page: as they were at
 * that position. Replies that had no change after `after` are left out.
 */
export async function listUnfinished(db: Executor, query: UnfinishedQuery): Promise<ChangedMessage[]> {
  const rows = await selectUnfinished.execute(db, query);
  return rows.filter(({ seq }) => seq > query.after).map(toChangedMessage);
}

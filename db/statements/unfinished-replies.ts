import { sql } from "kysely";
import type { ChangedMessage, StoredMessage } from "../rows.ts";
import type { Executor } from "./executor.ts";
import type { Placeholders } from "./statement.ts";
import { appendedTo } from "./reply-text.ts";
import { prepare, unpeekedParam } from "./statement.ts";

type PieceQuery = { id: number; after: number; upTo: number };

const selectPieces = prepare((db, { id, after, upTo }: Placeholders<PieceQuery>) =>
  db
    .selectFrom("reply_piece")
    .select(["seq", "start", "text", "chunk_start", "chunks"])
    .where("message_id", "=", unpeekedParam(id, "integer"))
    .where("seq", ">", unpeekedParam(after, "integer"))
    .where("seq", "<=", unpeekedParam(upTo, "integer"))
    .orderBy("seq"),
);

const selectShownSeq = prepare((db, { id }: Placeholders<{ id: number }>) =>
  db.selectFrom("reply").select("shown_seq").where("message_id", "=", unpeekedParam(id, "integer")),
);

/**
 * Tells what a reader at the position `after` lacks of these messages. Of a streaming reply it tells the pieces at their positions;
 * pieces between which no other change is told are joined. So a reader that is cut off after any of the changes has all text
 * up to the position of that change.
 *
 * @param titleSeq the `seq` of a change that is told beside the messages
 */
export async function tellChanges(
  db: Executor,
  rows: readonly StoredMessage[],
  { after, titleSeq }: { after: number; titleSeq: number },
): Promise<ChangedMessage[]> {
  const changes: ChangedMessage[] = [];
  for (const row of rows) {
    if (row.status === "streaming") changes.push(...(await partsOf(db, row, after)));
    else changes.push(Object.assign(row, { since: null }));
  }
  const told: ChangedMessage[] = [];
  for (const change of changes.toSorted((a, b) => a.seq - b.seq)) {
    const last = told.at(-1);
    const isApart = last === undefined || (last.seq < titleSeq && titleSeq < change.seq);
    if (isApart || !change.since || last.id !== change.id) told.push(change);
    else told.splice(-1, 1, joinParts(last, change));
  }
  return told;
}

/** The opening of a reply, if it is after `after`, and the pieces after that, each as a change. */
async function partsOf(db: Executor, row: StoredMessage, after: number): Promise<ChangedMessage[]> {
  const reply = await selectShownSeq.takeFirst(db, { id: row.id });
  const pieces = await selectPieces.execute(db, { id: row.id, after, upTo: row.seq });
  const [first] = pieces;
  // It has had no piece, or has ended since it was read: then the reader gets the whole message as it was read.
  if (!reply || !first) return [Object.assign(row, { since: null })];
  const parts = pieces.map(({ seq, start, text, chunk_start, chunks }): ChangedMessage => {
    const since = { offset: start, chunk_offset: chunk_start };
    return { ...row, seq, content: text, chunks, since };
  });
  if (reply.shown_seq <= after) return parts;
  const content = row.content.slice(0, first.start);
  return [{ ...row, seq: reply.shown_seq, content, chunks: null, since: null }, ...parts];
}

function joinParts(first: ChangedMessage, second: ChangedMessage): ChangedMessage {
  const chunks = [first.chunks, second.chunks].filter((some) => some !== null);
  return {
    ...first,
    seq: second.seq,
    content: first.content + second.content,
    chunks: chunks.length > 0 ? chunks.join(",") : null,
  };
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

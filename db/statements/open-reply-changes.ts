import { sql } from "kysely";
import type { ChangedMessage, MessageStatus, StoredMessage } from "../rows.ts";
import type { Executor } from "./executor.ts";
import type { Placeholders } from "./statement.ts";
import { prepare, unpeekedParam } from "./statement.ts";

type Range = { sessionId: string; after: number; upTo: number };

/** The replies and their pieces. A reply has no `start`, and a piece has only the id of its message. */
const selectChanged = prepare((db, { sessionId, after, upTo }: Placeholders<Range>) =>
  db
    .selectFrom("reply")
    .innerJoin("message", "message.id", "reply.message_id")
    .select([
      "message.id",
      "message.seq",
      "message.content",
      "message.session_id",
      "message.sender",
      "message.timestamp",
      "message.key",
      "message.status",
      "message.complete_id",
      "message.extra",
      "message.deleted",
      sql<string | null>`null`.as("chunks"),
      sql<number | null>`null`.as("start"),
      sql<number | null>`null`.as("chunk_start"),
    ])
    .where("reply.session_id", "=", unpeekedParam(sessionId, "text"))
    .where("reply.seq", ">", unpeekedParam(after, "integer"))
    .where("message.seq", "<=", unpeekedParam(upTo, "integer"))
    .unionAll(
      db
        .selectFrom("reply")
        .innerJoin("reply_piece as piece", "piece.message_id", "reply.message_id")
        .select([
          "piece.message_id as id",
          "piece.seq",
          "piece.text as content",
          "reply.session_id",
          sql<string>`null`.as("sender"),
          sql<string>`null`.as("timestamp"),
          sql<string | null>`null`.as("key"),
          sql<MessageStatus | null>`null`.as("status"),
          sql<number | null>`null`.as("complete_id"),
          sql<string | null>`null`.as("extra"),
          sql<0 | 1>`0`.as("deleted"),
          "piece.chunks",
          sql<number | null>`piece.start`.as("start"),
          sql<number | null>`piece.chunk_start`.as("chunk_start"),
        ])
        .where("reply.session_id", "=", unpeekedParam(sessionId, "text"))
        .where("piece.seq", ">", unpeekedParam(after, "integer"))
        .where("piece.seq", "<=", unpeekedParam(upTo, "integer")),
    ),
);

const selectBytes = prepare((db, { sessionId, after }: Placeholders<Omit<Range, "upTo">>) =>
  db
    .selectFrom("reply")
    .select(sql<number>`ifnull(sum(text_bytes + chunk_bytes), 0)`.as("bytes"))
    .where("session_id", "=", sessionId)
    .where("seq", ">", after),
);

/** The bytes of all pieces of the open replies of a session that have changed after `after`. */
export async function sizeOpenReplies(
  db: Executor,
  { sessionId, after }: Omit<Range, "upTo">,
): Promise<number> {
  return (await selectBytes.takeFirstOrThrow(db, { sessionId, after })).bytes;
}

/**
 * The changes of the open replies of a session at one moment, in any order: the opening of each, and each piece, at its own
 * position. The opening has the text before all pieces.
 */
export async function listOpenReplyChanges(db: Executor, range: Range): Promise<ChangedMessage[]> {
  const rows = await selectChanged.execute(db, range);
  const replies = new Map<number, StoredMessage>();
  for (const { start, chunk_start: _, ...reply } of rows) if (start === null) replies.set(reply.id, reply);
  return rows.flatMap(({ id, seq, content, chunks, start, chunk_start }): ChangedMessage[] => {
    const reply = replies.get(id);
    if (!reply) return [];
    const change = { ...reply, seq, content, chunks };
    if (start !== null && chunk_start !== null)
      return [{ ...change, since: { offset: start, chunk_offset: chunk_start } }];
    return seq > range.after ? [{ ...change, since: null }] : [];
  });
}

/**
 * Puts changes in the order of their positions. Changes of a reply between which no other change is told are joined. So a reader
 * that is cut off after any of the changes has all text up to the position of that change.
 *
 * @param titleSeq the `seq` of a change that is told beside the messages
 */
export function joinPieces(changes: readonly ChangedMessage[], titleSeq: number): ChangedMessage[] {
  const told: ChangedMessage[] = [];
  for (const change of changes.toSorted((a, b) => a.seq - b.seq)) {
    const last = told.at(-1);
    const isApart = last === undefined || (last.seq < titleSeq && titleSeq < change.seq);
    if (isApart || !change.since || last.id !== change.id) told.push(change);
    else told.splice(-1, 1, joinTwo(last, change));
  }
  return told;
}

function joinTwo(first: ChangedMessage, second: ChangedMessage): ChangedMessage {
  const chunks = [first.chunks, second.chunks].filter((some) => some !== null);
  return {
    ...first,
    seq: second.seq,
    content: first.content + second.content,
    chunks: chunks.length > 0 ? chunks.join(",") : null,
  };
}

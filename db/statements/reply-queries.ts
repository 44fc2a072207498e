import { sql } from "kysely";
import { NothingLeft } from "../store-errors.ts";
import type { NewPiece, OpenReply, ReplyStand } from "../reply-rows.ts";
import type { NamedMessage } from "../rows.ts";
import type { Executor } from "./executor.ts";
import { isPast } from "./message-queries.ts";
import type { Placeholders } from "./statement.ts";
import { prepare } from "./statement.ts";

type Named = { sessionId: string; id: number | null; key: string | null };

const selectStand = prepare((db, named: Placeholders<Named>) =>
  db
    .selectFrom("message")
    .leftJoin("reply", "reply.message_id", "message.id")
    .select([
      "message.id",
      "message.seq",
      "message.status",
      "message.deleted",
      "message.end_digest",
      "reply.writer",
      "reply.chars",
      "reply.chunk_count",
      "reply.chunk_bytes",
    ])
    .where("message.session_id", "=", named.sessionId)
    // One of the two names it, and the other is null.
    .where((eb) => eb.or([eb("message.id", "=", named.id), eb("message.key", "=", named.key)]))
    .where(isPast, "=", 0),
);

/** A message as a reply, also one that is deleted. */
export function findReplyStand(
  db: Executor,
  sessionId: string,
  named: NamedMessage,
): Promise<ReplyStand | undefined> {
  return selectStand.takeFirst(db, { sessionId, id: null, key: null, ...named });
}

const countOfSession = prepare((db, session: Placeholders<{ sessionId: string }>) =>
  db
    .selectFrom("reply")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("session_id", "=", session.sessionId),
);

export async function countOpenReplies(db: Executor, sessionId: string): Promise<number> {
  return (await countOfSession.takeFirstOrThrow(db, { sessionId })).count;
}

const selectOpen = prepare((db) =>
  db
    .selectFrom("reply")
    .innerJoin("message", "message.id", "reply.message_id")
    .select(["reply.message_id", "reply.session_id", "message.seq"]),
);

export function listOpenReplies(db: Executor): Promise<OpenReply[]> {
  return selectOpen.execute(db, {});
}

type NewReply = { messageId: number; sessionId: string; writer: string; seq: number; chars: number };

const insertReply = prepare((db, reply: Placeholders<NewReply>) =>
  db
    .insertInto("reply")
    .values({
      message_id: reply.messageId,
      session_id: reply.sessionId,
      writer: reply.writer,
      shown_seq: reply.seq,
      chars: reply.chars,
    })
    .returning("message_id"),
);

/** Opens a message, which has the status `streaming`, for pieces. */
export async function openReply(db: Executor, reply: NewReply): Promise<void> {
  await insertReply.takeFirstOrThrow(db, reply);
}

type StoredPiece = {
  id: number;
  seq: number;
  start: number;
  text: string;
  chunkStart: number;
  chunks: string | null;
};

const insertPiece = prepare((db, piece: Placeholders<StoredPiece>) =>
  db
    .insertInto("reply_piece")
    .values({
      message_id: piece.id,
      seq: piece.seq,
      start: piece.start,
      text: piece.text,
      chunk_start: piece.chunkStart,
      chunks: piece.chunks,
    })
    .returning("seq"),
);

type Growth = { id: number; chars: number; chunkCount: number; textBytes: number; chunkBytes: number };

const growReply = prepare((db, growth: Placeholders<Growth>) =>
  db
    .updateTable("reply")
    .set((eb) => ({
      chars: growth.chars,
      chunk_count: growth.chunkCount,
      text_bytes: eb("text_bytes", "+", growth.textBytes),
      chunk_bytes: eb("chunk_bytes", "+", growth.chunkBytes),
    }))
    .where("message_id", "=", growth.id)
    .returning("message_id"),
);

const moveMessage = prepare((db, { id, seq }: Placeholders<{ id: number; seq: number }>) =>
  db
    .updateTable("message")
    .set({ seq, sent_seq: sql<number>`coalesce(sent_seq, seq)` })
    .where("id", "=", id)
    .returning("id"),
);

const countPiece = prepare((db) =>
  db
    .updateTable("history")
    .set((eb) => ({ pieces: eb("pieces", "+", 1) }))
    .returning("pieces"),
);

/** Stores a piece of a reply at the position `seq`. */
export async function insertReplyPiece(
  db: Executor,
  id: number,
  { seq, start, text, chunk_start: chunkStart, chunks }: NewPiece & { seq: number },
): Promise<void> {
  const joined = chunks.length > 0 ? chunks.join(",") : null;
  await insertPiece.takeFirstOrThrow(db, { id, seq, start, text, chunkStart, chunks: joined });
  await moveMessage.takeFirstOrThrow(db, { id, seq });
  await countPiece.takeFirstOrThrow(db, {});
  await growReply.takeFirstOrThrow(db, {
    id,
    chars: start + text.length,
    chunkCount: chunkStart + chunks.length,
    textBytes: Buffer.byteLength(text),
    chunkBytes: Buffer.byteLength(joined ?? ""),
  });
}

const deletePieces = prepare((db, { id }: Placeholders<{ id: number }>) =>
  db.deleteFrom("reply_piece").where("message_id", "=", id),
);

const deleteReply = prepare((db, { id }: Placeholders<{ id: number }>) =>
  db.deleteFrom("reply").where("message_id", "=", id),
);

/** Removes the pieces of a message that is no longer written, if it was. */
export async function removeReply(db: Executor, id: number): Promise<void> {
  await deletePieces.execute(db, { id });
  await deleteReply.execute(db, { id });
}

const selectOfSession = prepare((db, session: Placeholders<{ sessionId: string }>) =>
  db.selectFrom("reply").select("message_id").where("session_id", "=", session.sessionId),
);

export async function removeRepliesOf(db: Executor, sessionId: string): Promise<void> {
  for (const { message_id: id } of await selectOfSession.execute(db, { sessionId }))
    await removeReply(db, id);
}

// The table belongs to SQLite, and is in no type of ours.
const drawId = prepare((db) => ({
  compile: () =>
    sql<{
      id: number;
    }>`update sqlite_sequence set seq = seq + 1 where name = 'message' returning seq as id`.compile(db),
}));

/** Takes the next message id for something else than a message. @throws {NothingLeft} */
export async function takeMessageId(db: Executor): Promise<number> {
  const { id } = await drawId.takeFirstOrThrow(db, {});
  if (!Number.isSafeInteger(id)) throw new NothingLeft("message ids");
  return id;
}

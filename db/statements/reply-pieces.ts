import { sql } from "kysely";
import type { NewPiece } from "../reply-rows.ts";
import type { Executor } from "./executor.ts";
import { lastOfBlocks } from "./reply-text.ts";
import type { Placeholders } from "./statement.ts";
import { prepare, unpeekedParam } from "./statement.ts";

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

type Growth = {
  id: number;
  seq: number;
  chars: number;
  chunkCount: number;
  textBytes: number;
  chunkBytes: number;
};

const growReply = prepare((db, growth: Placeholders<Growth>) =>
  db
    .updateTable("reply")
    .set((eb) => ({
      seq: growth.seq,
      chars: growth.chars,
      chunk_count: growth.chunkCount,
      text_bytes: eb("text_bytes", "+", growth.textBytes),
      chunk_bytes: eb("chunk_bytes", "+", growth.chunkBytes),
      pieces: eb("pieces", "+", 1),
      renewals: eb("renewals", "+", 1),
    }))
    .where("message_id", "=", growth.id)
    .returning("pieces"),
);

/**
 * After so many pieces they are joined in a block. A larger block takes the place of the smaller ones, so that at most 15 of each
 * size, and 15 pieces, are read.
 */
const blockSizes = [4096, 256, 16];

const selectBefore = prepare((db, { id, count }: Placeholders<{ id: number; count: number }>) =>
  db
    .selectFrom("reply_piece")
    .select("seq")
    .where("message_id", "=", unpeekedParam(id, "integer"))
    .orderBy("seq", "desc")
    .limit(sql.lit(1))
    .offset(unpeekedParam(count, "integer")),
);

const deleteBlocksAfter = prepare((db, { id, seq }: Placeholders<{ id: number; seq: number }>) =>
  db.deleteFrom("reply_block").where("message_id", "=", id).where("seq", ">", seq),
);

const insertBlock = prepare((db, { id }: Placeholders<{ id: number }>) =>
  db
    .insertInto("reply_block")
    .columns(["message_id", "seq", "text", "chunks"])
    .expression((eb) =>
      eb
        .selectFrom("reply_piece")
        .select([
          "message_id",
          eb.fn.max("seq").as("seq"),
          sql<string>`group_concat(text, '' order by seq)`.as("text"),
          sql<string | null>`group_concat(chunks, ',' order by seq)`.as("chunks"),
        ])
        .where("message_id", "=", id)
        .where("seq", ">", lastOfBlocks(id)),
    )
    .returning("seq"),
);

/** Joins the last pieces of a reply, and any before them that are in no block. */
async function joinLast(db: Executor, id: number, count: number): Promise<void> {
  const before = await selectBefore.takeFirst(db, { id, count });
  await deleteBlocksAfter.execute(db, { id, seq: before?.seq ?? 0 });
  await insertBlock.takeFirstOrThrow(db, { id });
}

/** Stores a piece of a reply at the position `seq`. */
export async function insertReplyPiece(
  db: Executor,
  id: number,
  { seq, start, text, chunk_start: chunkStart, chunks }: NewPiece & { seq: number },
): Promise<void> {
  const joined = chunks.length > 0 ? chunks.join(",") : null;
  await insertPiece.takeFirstOrThrow(db, { id, seq, start, text, chunkStart, chunks: joined });
  const { pieces } = await growReply.takeFirstOrThrow(db, {
    id,
    seq,
    chars: start + text.length,
    chunkCount: chunkStart + chunks.length,
    textBytes: Buffer.byteLength(text),
    chunkBytes: Buffer.byteLength(joined ?? ""),
  });
  const size = blockSizes.find((each) => pieces % each === 0);
  if (size !== undefined) await joinLast(db, id, size);
}

const deletePieces = prepare((db, { id }: Placeholders<{ id: number }>) =>
  db.deleteFrom("reply_piece").where("message_id", "=", id),
);

/** Removes all pieces of a reply, and their blocks. */
export async function removePieces(db: Executor, id: number): Promise<void> {
  await deleteBlocksAfter.execute(db, { id, seq: 0 });
  await deletePieces.execute(db, { id });
}

import type { ColumnType } from "kysely";

/**
 * A message that is being written: a message has a row here exactly while its `status` is `streaming`. Its text is the `content`
 * of the message and after that the texts of its pieces, in their order.
 */
export type ReplyTable = {
  message_id: number;
  session_id: string;
  /** The name that its writer gave itself. It is never shown. */
  writer: string;
  /** The `seq` of its last piece; that of its message as long as it has none. */
  seq: number;
  /** The length of the text so far, in UTF-16 code units. */
  chars: number;
  chunk_count: ColumnType<number, number | undefined, number>;
  /** The bytes of the texts of all pieces, in UTF-8. */
  text_bytes: ColumnType<number, number | undefined, number>;
  /** The bytes of all chunks as JSON. */
  chunk_bytes: ColumnType<number, number | undefined, number>;
  /** The number of its pieces. Pieces that were stored before there were blocks are not counted. */
  pieces: ColumnType<number, number | undefined, number>;
  /** How often its writer has renewed its lease: each append does. So every server of the file knows of it. */
  renewals: ColumnType<number, number | undefined, number>;
};

/** A piece of a reply, appended at the `seq` of its session. The end of the reply removes its pieces. */
export type ReplyPieceTable = {
  message_id: number;
  seq: number;
  /** The length of the text before this piece, in UTF-16 code units. */
  start: number;
  text: string;
  /** The number of chunks before this piece. */
  chunk_start: number;
  /** The chunks as JSON values with commas between them; null if there are none. */
  chunks: string | null;
};

/**
 * Pieces of an open reply that follow each other, joined: those after the block before, up to `seq`. The pieces stay, since they
 * say where the text stood at each `seq`. The end of the reply removes its blocks.
 */
export type ReplyBlockTable = Pick<ReplyPieceTable, "message_id" | "seq" | "text" | "chunks">;

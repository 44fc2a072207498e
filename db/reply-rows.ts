import type { EndStatus, MessageRow } from "./rows.ts";

/** Where a message stands that is, or was, written in pieces: without its text. */
export type ReplyStand = Pick<MessageRow, "id" | "seq" | "status"> & {
  deleted: 0 | 1;
  /** A digest of the request that finished it; null if no such request did. */
  end_digest: string | null;
  /** The rest is null unless it is streaming. The length is in UTF-16 code units. */
  writer: string | null;
  chars: number | null;
  chunk_count: number | null;
  /** The bytes of its chunks as JSON. */
  chunk_bytes: number | null;
  /** How often its writer has renewed its lease, appends included. */
  renewals: number | null;
};

/** A piece of a reply: the text and the chunks to append. */
export type NewPiece = {
  start: number;
  text: string;
  chunk_start: number;
  /** As JSON, each. */
  chunks: readonly string[];
};

/** How a reply ends. */
export type ReplyEnd = Pick<MessageRow, "content" | "extra"> & {
  status: EndStatus;
  end_digest: string | null;
};

/** A reply that is streaming. */
export type OpenReply = { message_id: number; session_id: string; renewals: number };

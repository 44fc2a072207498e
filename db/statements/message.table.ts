import type { ColumnType, Generated } from "kysely";

/**
 * A message, and at the same time the entry of the session's log that says what became of it: `seq` is the position
 * of its last change, so `where seq > ? order by seq` is what a reader missed, each message once, in its latest form.
 *
 * A row is of a past life of its session, and no reader is shown it, exactly if `id <= chatsession.purge_id`. Its `seq` is then
 * not above the `start_seq` of the session, or the session is deleted. A row whose session is deleted, or whose `seq` is
 * not above `start_seq`, is always such a row. The rows are removed a slice at a time; `purge_id` becomes null with the last.
 */
export type MessageTable = {
  /** Never used again, not even after the message is deleted. */
  id: Generated<number>;
  session_id: string;
  /** Empty once the message is deleted. */
  content: string;
  sender: string;
  /** ISO 8601, character for character as the client sent it. */
  timestamp: string;
  seq: number;
  /**
   * The position at which the message was added, once it was changed since; null while that is `seq`, and in a row that was changed
   * before migration 0007.
   */
  sent_seq: ColumnType<number | null, number | null | undefined, number | null>;
  /** A deleted message stays as a tombstone: a reader that was away learns of the deletion from it. */
  deleted: ColumnType<0 | 1, 0 | 1 | undefined, 0 | 1>;
  /** The idempotency key that the send named, unique within its session. */
  key: string | null;
  /** A digest of what was first sent under `key`, since the row itself may have been edited. */
  key_digest: string | null;
};

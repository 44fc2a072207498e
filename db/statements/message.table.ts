import type { ColumnType, Generated } from "kysely";

/**
 * A message, which is also the entry of its last change in the session's change log. `seq` is the number of that
 * change, so `where seq > ? order by seq` selects what a subscriber missed, each message once, in its latest form.
 *
 * A row belongs to an earlier life of its session, and is never shown, exactly if `id <= chatsession.purge_id`. The
 * `seq` of such a row is at most the session's `start_seq`, or the session is deleted. Conversely, every row of a
 * deleted session, and every row with a `seq` of at most `start_seq`, is such a row. These rows are removed a slice at
 * a time; `purge_id` becomes null with the last one.
 */
export type MessageTable = {
  /** Never reused, not even after the message is deleted. */
  id: Generated<number>;
  session_id: string;
  /** Empty once the message is deleted. */
  content: string;
  sender: string;
  /** ISO 8601, character for character as the client sent it. */
  timestamp: string;
  seq: number;
  /**
   * The `seq` at which the message was added, set when the message is changed. It is null while that number is still
   * `seq`, and in a row that was changed before migration 0007.
   */
  sent_seq: ColumnType<number | null, number | null | undefined, number | null>;
  /** A deleted message stays as a tombstone: a subscriber that was away learns of the deletion from it. */
  deleted: ColumnType<0 | 1, 0 | 1 | undefined, 0 | 1>;
  /** The idempotency key of the send, unique within its session. */
  key: string | null;
  /** A digest of the content that was first sent under `key`, since the content of the row may have been edited. */
  key_digest: string | null;
};

import type { ColumnType, Generated } from "kysely";
import type { MessageStatus } from "../rows.ts";

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
  /**
   * Null for a message that is complete. `requested` asks for a reply, `streaming` is being written (see `reply.table.ts`);
   * `stopped`, `failed` and `interrupted` replies have ended before they were complete.
   */
  status: ColumnType<MessageStatus | null, MessageStatus | null | undefined, MessageStatus | null>;
  /** The optional fields that are set, as a JSON object: `parent_key`, `parts`, `format`, `metadata`, `failure`. Null if none is. */
  extra: ColumnType<string | null, string | null | undefined, string | null>;
  /**
   * A message id that a reply took when it ended: messages become complete in the order of `coalesce(complete_id, id)`. Null in
   * every other message.
   */
  complete_id: ColumnType<number | null, number | null | undefined, number | null>;
  /** A digest of what ended a reply, where its writer did: the same end again is answered as the first. */
  end_digest: ColumnType<string | null, string | null | undefined, string | null>;
};

import type { ColumnType } from "kysely";

type Flag = ColumnType<0 | 1, 0 | 1 | undefined, 0 | 1>;

/**
 * A chat session and the head of its change log.
 *
 * A deleted session stays as a row with `deleted = 1` and an empty title. The row holds the last `seq`, so that a
 * session that is created again under the same id continues the numbers, and no position has two meanings. The messages
 * are removed with the session or, if there are many, after it.
 */
export type ChatSessionTable = {
  id: string;
  title: string;
  /** ISO 8601, character for character as the client sent it. No order uses it. */
  created_at: string;
  /** One higher for each new session. The list is ordered by it. */
  ordinal: number;
  /** The `seq` of the session's last change; 0 before the first change. */
  seq: number;
  /** The `seq` of the last change to the title; 0 while the session has its first title. */
  title_seq: ColumnType<number, number | undefined, number>;
  /** The `seq` at which this life begins: 0, or the last `seq` of the id's earlier life. */
  start_seq: ColumnType<number, number | undefined, number>;
  /** The list's `seq` of the session's last change of any kind. */
  list_seq: number;
  /**
   * The list's `seq` at which the last message was added, or else the session was created. Lists are ordered by it. In
   * a file of an earlier version the sessions are numbered in that order.
   */
  activity_seq: ColumnType<number, number | undefined, number>;
  /**
   * Messages of this id's earlier lives that wait for removal have ids up to this one; null if none waits. Messages of
   * the current life have higher ids.
   */
  purge_id: ColumnType<number | null, number | null | undefined, number | null>;
  deleted: Flag;
};

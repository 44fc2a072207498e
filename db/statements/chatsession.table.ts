import type { ColumnType } from "kysely";

type Flag = ColumnType<0 | 1, 0 | 1 | undefined, 0 | 1>;

/**
 * A chat session and the head of its log.
 *
 * A deleted session stays as a row with `deleted = 1` and an empty title: it holds the last position, so that a session
 * made anew under the same id goes on counting and no position ever means two things. Its messages are removed with it, or
 * if they are many, after it.
 */
export type ChatSessionTable = {
  id: string;
  title: string;
  /** ISO 8601, character for character as the client sent it. Nothing is ordered by it. */
  created_at: string;
  /** Rises by one with each session made; the list is ordered by it. */
  ordinal: number;
  /** The position of the session's last change; 0 before the first. */
  seq: number;
  /** The position of the last change to the title; 0 while the session has the one it was made with. */
  title_seq: ColumnType<number, number | undefined, number>;
  /** The position this session began at: 0, or for an id used before, where its predecessor ended. */
  start_seq: ColumnType<number, number | undefined, number>;
  /** The position of the session's last change, whatever it was, in the log of the list of sessions. */
  list_seq: number;
  /**
   * The place in the log of the list at which its last message was added, or the session was made: lists go by it. In a file of
   * an earlier version the sessions are numbered in the order of these.
   */
  activity_seq: ColumnType<number, number | undefined, number>;
  /**
   * Messages of this id's past lives that wait to be removed have ids up to this one; null when none waits. Messages of the
   * session itself have ids above it.
   */
  purge_id: ColumnType<number | null, number | null | undefined, number | null>;
  deleted: Flag;
};

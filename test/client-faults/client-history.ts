import type { StoredSession } from "../faults/history.ts";

/** A message as a store showed it. */
export type ShownRow = readonly [
  key: string,
  id: number | null,
  seq: number | null,
  delivery: "pending" | "sent" | "failed",
  content: string,
  /** The code or the kind of its error. */
  reason: string | null,
];

/** The snapshot of a session. */
export type ShownSession = {
  session: string;
  status: string;
  title: string | null;
  isLoaded: boolean;
  hasEarlier: boolean;
  error: string | null;
  rows: readonly ShownRow[];
};

/** The snapshot of the list. */
export type ShownList = {
  status: string;
  hasMore: boolean;
  sessions: readonly (readonly [id: string, title: string])[];
};

/** A change that a store was asked to make, other than a send. */
export type Change =
  | { kind: "edit"; session: string; key: string; content: string }
  | { kind: "remove"; session: string; key: string }
  | { kind: "rename"; session: string; content: string }
  | { kind: "remove session"; session: string }
  | { kind: "load earlier"; session: string };

/** A fact that a client program recorded. */
export type Fact =
  | { type: "opened" }
  | { type: "send"; session: string; key: string; content: string }
  | { type: "sent"; session: string; key: string }
  | { type: "unsent"; session: string; key: string; reason: string }
  /** The storage holds the send, or the creation of the session. */
  | { type: "kept"; session: string; key: string | null }
  /** The storage holds the cancellation. */
  | { type: "kept cancel"; session: string; key: string | null }
  | { type: "retry"; session: string; key: string }
  | { type: "create"; session: string }
  | ({ type: "change"; number: number } & Change)
  /** `seq` is the message's `seq` after an edit. */
  | { type: "changed"; number: number; seq: number | null }
  | { type: "unchanged"; number: number; reason: string }
  | ({ type: "shown" } & ShownSession)
  /** The state of a session after its chat was closed. */
  | ({ type: "closed" } & ShownSession)
  | ({ type: "settled" } & ShownSession)
  | ({ type: "list settled"; chatStatus: string } & ShownList)
  | { type: "stuck"; with: string };

/** `at` is in milliseconds since 1970. `life` counts the processes of a client, `chat` the chats that they opened. */
export type Entry = { at: number; life: number; chat: string } & Fact;

/** One client with its own storage: one chat at a time, or two that share the storage as tabs do. */
export type ClientHistory = {
  name: string;
  isShared: boolean;
  entries: readonly Entry[];
  /** The lives that were ended with SIGKILL. */
  crashedLives: readonly number[];
};

/** Everything that happened in a run, as observed from outside of the client. */
export type StoreHistory = {
  clients: readonly ClientHistory[];
  /** The content of the database file at the end. */
  stored: readonly StoredSession[];
  /** The server's list at the end, in the order of activity. */
  listed: readonly (readonly [id: string, title: string])[];
  /**
   * The periods in which a copy of the file was put back, which undoes earlier acknowledged writes, in milliseconds
   * since 1970.
   */
  restores: readonly { from: number; to: number }[];
  /** Behaviour of the server that is never allowed. */
  incidents: readonly string[];
};

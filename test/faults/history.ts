import type { Message } from "../../server/contract/message.ts";
import type { ReplyHistory } from "./reply-history.ts";

/** The request of a writer. Contents are {@link contentOf}, so that each identifies its send. */
export type Operation =
  | { type: "send"; content: string; key?: string; reusesKey?: true }
  | { type: "edit"; id: number; content: string }
  | { type: "delete"; id: number }
  | { type: "rename"; title: string }
  | { type: "create"; title: string }
  | { type: "delete session" };

/**
 * The answer to it. `unknown`: the connection ended without an answer, or the answer says that the outcome is unknown.
 * `overdue`: no answer came at all.
 */
export type Answer =
  | { outcome: "done"; message?: Partial<Message> }
  | { outcome: "refused"; code: string }
  | { outcome: "unknown" }
  | { outcome: "overdue" };

/**
 * One call, with its beginning and end in ticks of the run. A call without an outcome may take effect at any later
 * time.
 */
export type Call = {
  /** The tick of the first try, by this call or an earlier one. */
  wanted: number;
  door: string;
  session: string;
  operation: Operation;
  begun: number;
  ended: number;
  answer: Answer;
};

export type SeenEvent = { type: string; seq: number; prev: number };
export type Seen<Event extends SeenEvent = SeenEvent> = { position: string; event: Event };

/** The items that came over one connection. */
export type Attachment<Item> = {
  /** The position that the subscriber sent: of an event, or a message id if the door takes one. */
  after: string | undefined;
  /** Whether this log cannot have issued the position. */
  isImpossible: boolean;
  /** For each epoch the highest known position of any subscriber at the time of the opening. */
  knownPlaces: ReadonlyMap<string, number>;
  items: readonly Item[];
  /** The most bytes that were published to it while its connection took nothing. */
  heldUpBytes: number;
  /** How it ended, in the terms of the doors. */
  end: string;
};

export type ReaderHistory<Item> = {
  door: string;
  session: string;
  /** Whether its client reconnects by itself: then one attachment covers several connections. */
  comesBack: boolean;
  attachments: Attachment<Item>[];
  /** Whether it reached the end of the log, in the time that it had after the last write. */
  isDone: boolean;
};

export type StoredMessage = {
  id: number;
  content: string;
  key: string | null;
  seq: number;
  deleted: 0 | 1;
  status: string | null;
  /** Messages become complete in the order of this number, or of the id if it is null. */
  complete_id: number | null;
};

/** The content of the database file at the end. */
export type StoredSession = {
  id: string;
  title: string;
  seq: number;
  start_seq: number;
  list_seq: number;
  deleted: 0 | 1;
  messages: StoredMessage[];
};

export type ShownMessage = { id: number; content: string; key?: string | undefined };

/** Everything that happened in a run, as observed from outside. */
export type History = {
  calls: Call[];
  replies: ReplyHistory[];
  /** Subscribers to live events. */
  readers: ReaderHistory<Seen>[];
  /** Subscribers to the plain WebSocket's messages. */
  messageReaders: ReaderHistory<ShownMessage>[];
  listReaders: ReaderHistory<Seen>[];
  /** Behaviour of the server that is never allowed: it ended by itself, ended with a code, logged an error. */
  incidents: string[];
  /** Whether its subscribers were disturbed by nothing but pauses of the server. */
  isUndisturbed: boolean;
  /** The tick at which a copy was put back last: earlier acknowledgements prove nothing. 0 if none was. */
  begunAnewAt: number;
  /** The successive epochs as expected: a new one with each copy that was put back. */
  epochs: readonly string[];
  /** The epoch at the end. */
  epoch: string;
  stored: StoredSession[];
};

export function formatPosition(epoch: string, place: number): string {
  return `${epoch}:${place}`;
}

/** A position without an epoch, or a message id, belongs to an epoch without a name. */
export function parsePosition(position: string): { epoch: string; place: number } {
  const parts = position.split(":");
  return { epoch: parts.length > 1 ? (parts[0] ?? "") : "", place: Number(parts.at(-1)) };
}

/** Makes a unique content, which identifies its send and the number of its edits. */
export function contentOf(token: string, edits: number, padding = ""): string {
  return `${token}~${edits} ${padding}`;
}

/** The send to which a content belongs. */
export function tokenOf(content: string): string {
  return content.slice(0, Math.max(0, content.indexOf("~")));
}

/** The number of edits of a content. */
export function editsOf(content: string): number {
  return Number.parseInt(content.slice(content.indexOf("~") + 1));
}

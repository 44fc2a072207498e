import type { Message } from "../../server/contract/message.ts";

/** The request of a writer. Contents are {@link contentOf}, so that each tells which send it belongs to. */
export type Operation =
  | { type: "send"; content: string; key?: string; reusesKey?: true }
  | { type: "edit"; id: number; content: string }
  | { type: "delete"; id: number }
  | { type: "rename"; title: string }
  | { type: "create"; title: string }
  | { type: "delete session" };

/**
 * The answer to it. `unknown`: the connection ended without an answer, or the answer says that the outcome is not known.
 * `overdue`: nothing came at all.
 */
export type Answer =
  | { outcome: "done"; message?: Partial<Message> }
  | { outcome: "refused"; code: string }
  | { outcome: "unknown" }
  | { outcome: "overdue" };

/** One call, and when it began and ended, in ticks of the run. One without an outcome may take effect at any later time. */
export type Call = {
  /** When it was first tried, by this call or one before it. */
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

/** The items that came by one connection. */
export type Attachment<Item> = {
  /** The position that it came with: of an event, or the id of a message where a door takes that. */
  after: string | undefined;
  /** Whether the position is one that this log cannot have given. */
  isImpossible: boolean;
  /** The last place that anyone was known to be at when it was opened, of each epoch. */
  knownPlaces: ReadonlyMap<string, number>;
  items: readonly Item[];
  /** The most that was published to it while its connection took nothing. */
  heldUpBytes: number;
  /** How it ended, in the words of the doors. */
  end: string;
};

export type ReaderHistory<Item> = {
  door: string;
  session: string;
  /** Whether its client opens connections anew by itself: then one attachment is several of them. */
  comesBack: boolean;
  attachments: Attachment<Item>[];
  /** Whether it got to the end of the log, in the time that it had after everything was quiet. */
  isDone: boolean;
};

export type StoredMessage = { id: number; content: string; key: string | null; seq: number; deleted: 0 | 1 };

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

export type ShownMessage = { id: number; content: string };

/** All that happened in a run, as it was seen from outside. */
export type History = {
  calls: Call[];
  /** Readers of live events. */
  readers: ReaderHistory<Seen>[];
  /** Readers of the plain WebSocket's messages. */
  messageReaders: ReaderHistory<ShownMessage>[];
  listReaders: ReaderHistory<Seen>[];
  /** Acts of the server that are never allowed: ended by itself, ended with a code, logged an error. */
  incidents: string[];
  /** Whether nothing but standstills of the server happened to its readers. */
  isUndisturbed: boolean;
  /** After which tick of the run no more is known of what was said before: a copy was put back. 0 if none was. */
  begunAnewAt: number;
  /** The epochs that there were in turn, as it should be: another one with each copy that was put back. */
  epochs: readonly string[];
  /** The epoch at the end. */
  epoch: string;
  stored: StoredSession[];
};

export function formatPosition(epoch: string, place: number): string {
  return `${epoch}:${place}`;
}

/** One without an epoch, and an id of a message, are of an epoch without a name. */
export function parsePosition(position: string): { epoch: string; place: number } {
  const parts = position.split(":");
  return { epoch: parts.length > 1 ? (parts[0] ?? "") : "", place: Number(parts.at(-1)) };
}

/** Makes a content that differs from all others: of this send, and how often it was edited. */
export function contentOf(token: string, edits: number, padding = ""): string {
  return `${token}~${edits} ${padding}`;
}

/** The send that a content belongs to. */
export function tokenOf(content: string): string {
  return content.slice(0, Math.max(0, content.indexOf("~")));
}

/** How often it had been edited. */
export function editsOf(content: string): number {
  return Number.parseInt(content.slice(content.indexOf("~") + 1));
}

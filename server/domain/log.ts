/**
 * A log is what a stream of live events is read from: a session's, or that of the list of sessions. It is a view of the
 * database, in which each thing that can change carries the position of its last change. Reading on from a position gives
 * everything that has changed since, each thing once, as it is now.
 */
export type Log<Event extends LogEvent> = {
  /** The name under which its changes are announced. */
  readonly topic: string;
  /** How many readers it may have at a time. */
  readonly maxReaders: number;
  /** How long changes are gathered before live readers get them, in milliseconds. */
  readonly coalesceMs: number;
  /** @throws {AppError} NOT_FOUND if there never was such a log. */
  readHead(): Promise<LogHead<Event>>;
  /** What a reader without a position begins with. Undefined if the log has just ended. */
  readSnapshot(): Promise<SnapshotOf<Event> | undefined>;
  /** What a reader is told that comes after the end. */
  gone(): Error;
};

/** A log as it stood at one moment. */
export type LogHead<Event extends LogEvent> = {
  /** The name of the history that its positions belong to. */
  epoch: string;
  /** The position of the last change. */
  seq: number;
  /** Which of its lives it is: another number means that it was removed and made anew, whatever its positions say. */
  life: number;
  /** Where it begins: positions before this one, but for 0, are of a past life. */
  startSeq: number;
  /** The last event of all, if the log has ended. */
  end: Change<Event> | undefined;
  /**
   * The next changes after a position, in their order and none beyond `seq`, and how far they reach: to `seq` if that is all.
   * Undefined if the log has ended since.
   */
  readChanges(after: number): Promise<{ changes: Change<Event>[]; upTo: number } | undefined>;
};

/** An event of a stream, and the position after it. */
export type Positioned<Event extends LogEvent> = {
  readonly position: string;
  readonly event: Event;
  /** The event as JSON, once somebody has asked for it. */
  json?: string | undefined;
};

export type LogEvent = { type: string; seq: number; prev: number };

/** An event without what depends on the stream that it is in. */
export type Change<Event extends LogEvent> = Event extends unknown ? Omit<Event, "prev" | "epoch"> : never;

export type SnapshotOf<Event extends LogEvent> = Omit<
  Extract<Event, { type: "snapshot" }>,
  "type" | "prev" | "epoch"
>;

/** How many changes are read at a time, so that others have their turn while a reader catches up. */
export const changesPerRead = 100;

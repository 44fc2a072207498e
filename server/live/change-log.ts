/**
 * The source of a stream of live events: of a session, or of the list of sessions. A change log is a view of the
 * database, in which each item has the `seq` of its last change. Reading after a `seq` returns every item that has
 * changed since, once, in its current form.
 */
export type ChangeLog<Event extends LogEvent> = {
  /** The name under which its changes are published. */
  readonly topic: string;
  /** The name of its snapshot. Subscribers that ask for the same name share the snapshot. */
  readonly snapshotName: string;
  /** A subscriber that missed more changes than this gets the snapshot instead. */
  readonly maxMissed: number;
  /** The most subscribers at a time. */
  readonly maxReaders: number;
  /** The time for which changes are gathered before live subscribers get them, in milliseconds. */
  readonly coalesceMs: number;
  /** How changes that quickly follow each other are gathered. Undefined if each is delivered at once. */
  readonly gathering?: Gathering<Event>;
  /** @throws {AppError} NOT_FOUND if the log never existed */
  readHead(): Promise<ChangeLogHead<Event>>;
  /** The first event for a subscriber without a position. Undefined if the log has just ended. */
  readSnapshot(): Promise<SnapshotOf<Event> | undefined>;
  /** The error for a subscriber that joins after the end. */
  gone(): Error;
};

/** Gathered changes are delivered at an interval, joined to one change where each continues the one before. */
export type Gathering<Event extends LogEvent> = {
  intervalMs: number;
  /** The type of the changes that are gathered. */
  type: Event["type"];
  /** Joins two changes. Returns undefined if they must stay apart. */
  join: (first: Change<Event>, second: Change<Event>) => Change<Event> | undefined;
};

/** A change log at one moment. */
export type ChangeLogHead<Event extends LogEvent> = {
  /** The name of the history to which its numbers belong. */
  epoch: string;
  /** The `seq` of the last change. */
  seq: number;
  /**
   * The number of its life. A log that was removed and created again has another life, even if its `seq` is the same.
   */
  life: number;
  /** The `seq` at which this life begins. Smaller numbers, except 0, belong to an earlier life. */
  startSeq: number;
  /** The last event, if the log has ended. */
  end: Change<Event> | undefined;
  /**
   * The next changes after a `seq`, in order, none beyond the head's `seq`. `upTo` is the `seq` that they reach: the
   * head's if these are all. Undefined if the log has ended since.
   */
  readChanges(after: number): Promise<{ changes: Change<Event>[]; upTo: number } | undefined>;
  /**
   * Whether reading the next changes after a `seq` is a small read; without a `seq`, whether reading the snapshot is.
   */
  isSmallRead(after: number | undefined): Promise<boolean>;
};

/** An event of a stream, with the position after it. */
export type TrackedEvent<Event extends LogEvent> = {
  readonly position: string;
  readonly event: Event;
  /** Of a gathered event: the `seq` after which its content begins. */
  readonly since?: number | undefined;
};

export type LogEvent = { type: string; seq: number; prev: number };

/** An event without the fields that depend on its stream. */
export type Change<Event extends LogEvent> = Event extends unknown ? Omit<Event, "prev" | "epoch"> : never;

export type SnapshotOf<Event extends LogEvent> = Omit<
  Extract<Event, { type: "snapshot" }>,
  "type" | "prev" | "epoch"
>;

/** An event that is in no change log. It is sent with the position of the stream that it comes in. */
export type SignalOf<Event extends LogEvent> = { type: "signal" } & Omit<
  Extract<Event, { type: "signal" }>,
  "type" | "seq" | "prev"
>;

/** The number of changes that are read at a time, so that other work gets its turn while a subscriber catches up. */
export const changesPerRead = 100;

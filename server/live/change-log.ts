/**
 * The source of a stream of live events: of a session, or of the list of sessions. A log is a view of the database, in
 * which each item carries the position of its last change. Reading on from a position gives every item that has changed
 * since, once, as it is now.
 */
export type ChangeLog<Event extends LogEvent> = {
  /** The name under which its changes are published. */
  readonly topic: string;
  /** The name of its snapshot: subscribers that want the same one share it. */
  readonly snapshotName: string;
  /** A subscriber that comes back after more changes than this gets the snapshot in their place. */
  readonly maxMissed: number;
  /** How many subscribers it may have at a time. */
  readonly maxReaders: number;
  /** How long changes are gathered before live subscribers get them, in milliseconds. */
  readonly coalesceMs: number;
  /** @throws {AppError} NOT_FOUND if there never was such a log */
  readHead(): Promise<ChangeLogHead<Event>>;
  /** The beginning for a subscriber without a position. Undefined if the log has just ended. */
  readSnapshot(): Promise<SnapshotOf<Event> | undefined>;
  /** The error for a subscriber that comes after the end. */
  gone(): Error;
};

/** A log as it stood at one moment. */
export type ChangeLogHead<Event extends LogEvent> = {
  /** The name of the history that its positions belong to. */
  epoch: string;
  /** The position of the last change. */
  seq: number;
  /** The number of its life. A log that was removed and made anew has another one, whatever its positions are. */
  life: number;
  /** The position at which this life begins. Smaller positions, except 0, belong to a past life. */
  startSeq: number;
  /** The last event of all, if the log has ended. */
  end: Change<Event> | undefined;
  /**
   * The next changes after a position, in order and none beyond `seq`. `upTo` is how far they reach: `seq` if these are all.
   * Undefined if the log has ended since.
   */
  readChanges(after: number): Promise<{ changes: Change<Event>[]; upTo: number } | undefined>;
  /** Whether the next changes after a position are a small read; without a position, whether the snapshot is. */
  isSmallRead(after: number | undefined): Promise<boolean>;
};

/** An event of a stream, and the position after it. */
export type TrackedEvent<Event extends LogEvent> = {
  readonly position: string;
  readonly event: Event;
};

export type LogEvent = { type: string; seq: number; prev: number };

/** An event without the fields that depend on its stream. */
export type Change<Event extends LogEvent> = Event extends unknown ? Omit<Event, "prev" | "epoch"> : never;

export type SnapshotOf<Event extends LogEvent> = Omit<
  Extract<Event, { type: "snapshot" }>,
  "type" | "prev" | "epoch"
>;

/** How many changes are read at a time, so that other work has its turn while a subscriber catches up. */
export const changesPerRead = 100;

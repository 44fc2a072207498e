import { toSharedJson } from "./event-json.ts";
import type { LogEvent, TrackedEvent } from "./change-log.ts";

/** The name of a log's snapshot, and the kind and `seq` of a beginning. */
export type BeginningKey = {
  snapshotName: string;
  type: "snapshot" | "reset";
  epoch: string;
  seq: number;
};

/** The first events for a subscriber that begins, or begins again. */
export type Beginning<Event extends LogEvent> = {
  /** The snapshot or the reset, and `caught_up`. */
  events: readonly TrackedEvent<Event>[];
  /** The snapshot or the reset alone, for a subscriber that had caught up before. */
  again: readonly TrackedEvent<Event>[];
};

type Kept<Event extends LogEvent> = {
  epoch: string;
  seq: number;
  /** The length of its JSON, in UTF-16 code units. */
  chars: number;
  beginning: Beginning<Event>;
};

/** The most JSON that is kept, in UTF-16 code units. A larger beginning is kept alone. */
const maxKeptChars = 8 * 1024 * 1024;

/**
 * A beginning of more JSON than this, in UTF-16 code units, is encoded for sharing even before a second subscriber
 * asks.
 */
const largeChars = 64 * 1024;

/**
 * The beginnings of change logs. Each is read and encoded once for all subscribers that begin before the next change.
 * For each log the last snapshot and the last reset are kept, as long as they are among the most recently used.
 */
export class SnapshotCache {
  // Each log's subscribers know the type of its events; the maps do not. The order is that of the last use.
  readonly #kept = new Map<string, Kept<never>>();
  readonly #making = new Map<string, Promise<unknown>>();
  #keptChars = 0;
  #generation = 0;

  /**
   * The beginning for a key: the kept one, or the result of `read`, whose `seq` may be higher than `key.seq`.
   * Concurrent callers with the same key share one read.
   *
   * @returns undefined if `read` returns undefined; `isShared` says whether encoding for others is worthwhile
   */
  async share<Event extends LogEvent>(
    key: BeginningKey,
    read: () => Promise<Beginning<Event>["events"] | undefined>,
  ): Promise<{ beginning: Beginning<Event>; isShared: boolean } | undefined> {
    const name = `${key.type} ${key.snapshotName}`;
    const kept = this.#kept.get(name);
    if (kept?.epoch === key.epoch && kept.seq === key.seq) {
      this.#kept.delete(name);
      this.#kept.set(name, kept);
      return { beginning: kept.beginning, isShared: true };
    }
    for (let making = this.#making.get(name); making; making = this.#making.get(name)) {
      // A failure belongs to the subscriber that read. Its result may be too old for this subscriber.
      const made = (await making.catch(() => undefined)) as Kept<Event> | undefined;
      if (made?.epoch === key.epoch && made.seq >= key.seq) {
        return { beginning: made.beginning, isShared: true };
      }
    }
    const making = this.#make(name, key.epoch, read);
    this.#making.set(name, making);
    try {
      const made = await making;
      return made && { beginning: made.beginning, isShared: made.chars > largeChars };
    } finally {
      if (this.#making.get(name) === making) this.#making.delete(name);
    }
  }

  /** Forgets everything, including unfinished reads: a log may have changed in a way that its `seq` does not show. */
  clear(): void {
    this.#kept.clear();
    this.#making.clear();
    this.#keptChars = 0;
    this.#generation += 1;
  }

  async #make<Event extends LogEvent>(
    name: string,
    epoch: string,
    read: () => Promise<Beginning<Event>["events"] | undefined>,
  ): Promise<Kept<Event> | undefined> {
    const generation = this.#generation;
    const events = await read();
    const [first] = events ?? [];
    if (!events || !first) return undefined;
    const beginning = { events, again: [first] };
    const made = { epoch, seq: first.event.seq, chars: toSharedJson(first).length, beginning };
    if (generation === this.#generation) this.#keep(name, made as unknown as Kept<never>);
    return made;
  }

  #keep(name: string, made: Kept<never>): void {
    this.#keptChars += made.chars - (this.#kept.get(name)?.chars ?? 0);
    this.#kept.delete(name);
    this.#kept.set(name, made);
    for (const [oldest, { chars }] of this.#kept) {
      if (this.#keptChars <= maxKeptChars || oldest === name) return;
      this.#kept.delete(oldest);
      this.#keptChars -= chars;
    }
  }
}

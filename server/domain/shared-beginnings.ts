import { toJson } from "./event-json.ts";
import type { LogEvent, Positioned } from "./log.ts";

/** Where a beginning stands. */
export type BeginningPlace = { topic: string; type: "snapshot" | "reset"; epoch: string; seq: number };

/** What a reader of a log begins with, or begins anew. */
export type Beginning<Event extends LogEvent> = {
  /** The snapshot or the reset, and what comes with it. */
  events: readonly Positioned<Event>[];
  /** The first of these alone, for a reader that had caught up before. */
  again: readonly Positioned<Event>[];
};

type Kept<Event extends LogEvent> = {
  epoch: string;
  seq: number;
  /** The length of its JSON, in UTF-16 code units. */
  chars: number;
  beginning: Beginning<Event>;
};

/** How many UTF-16 code units of JSON are kept; a larger beginning is kept alone. */
const maxKeptChars = 8 * 1024 * 1024;

/** From how many UTF-16 code units of JSON on a beginning is encoded for all, even though nobody else may come. */
const largeChars = 64 * 1024;

/**
 * What the readers of a log begin with who come while nothing changes: it is read and encoded once for all of them. Those
 * that were used last are kept; of a log the last snapshot and the last reset.
 */
export class SharedBeginnings {
  // Each log's readers know the type of its events; the maps do not. The order is that of the last use.
  readonly #kept = new Map<string, Kept<never>>();
  readonly #making = new Map<string, Promise<unknown>>();
  #keptChars = 0;
  #generation = 0;

  /**
   * The beginning at a place: the one that is kept, or what `read` gives, which may be further than `place.seq`. Readers
   * that ask for the same meanwhile get it too.
   *
   * @returns undefined if `read` gives nothing. `isShared` is whether it is worth encoding for others.
   */
  async share<Event extends LogEvent>(
    place: BeginningPlace,
    read: () => Promise<Beginning<Event>["events"] | undefined>,
  ): Promise<{ beginning: Beginning<Event>; isShared: boolean } | undefined> {
    const name = `${place.type} ${place.topic}`;
    const kept = this.#kept.get(name);
    if (kept?.epoch === place.epoch && kept.seq === place.seq) {
      this.#kept.delete(name);
      this.#kept.set(name, kept);
      return { beginning: kept.beginning, isShared: true };
    }
    for (let making = this.#making.get(name); making; making = this.#making.get(name)) {
      // A failure is for the reader that reads. What it read may be older than what this reader has to see.
      const made = (await making.catch(() => undefined)) as Kept<Event> | undefined;
      if (made?.epoch === place.epoch && made.seq >= place.seq) {
        return { beginning: made.beginning, isShared: true };
      }
    }
    const making = this.#make(name, place.epoch, read);
    this.#making.set(name, making);
    try {
      const made = await making;
      return made && { beginning: made.beginning, isShared: made.chars > largeChars };
    } finally {
      if (this.#making.get(name) === making) this.#making.delete(name);
    }
  }

  /** Forgets all, also what is being read: a log may have changed in a way that its positions do not tell. */
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
    const made = { epoch, seq: first.event.seq, chars: toJson(first).length, beginning };
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

import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { toJson } from "./event-json.ts";
import type { Change, Log, LogEvent } from "./log.ts";

/** How much may wait for one reader, in UTF-16 code units of JSON. Past it the reader is sent back to the log. */
const maxWaitingChars = 256 * 1024;

/**
 * The readers of one log in this process. Those that have caught up are live: the log is read once for all of them, and
 * all get the same event objects. The others read the log themselves, each at its own pace, until they have caught up.
 */
export class LiveTopic<Event extends LogEvent> {
  readonly #log: Log<Event>;
  readonly #onEmpty: () => void;
  readonly #readers = new Set<LiveReader<Event>>();
  readonly #live = new Set<LiveReader<Event>>();
  /** The last position that anyone has told of. */
  #announced = 0;
  /** How far the log was read for the live readers. Undefined while there are none. */
  #readUpTo: number | undefined;
  /** The position of the last event that they got. */
  #lastSeq = 0;
  #reading = false;

  constructor(log: Log<Event>, onEmpty: () => void) {
    this.#log = log;
    this.#onEmpty = onEmpty;
  }

  get size(): number {
    return this.#readers.size;
  }

  announce(seq: number): void {
    this.#announced = Math.max(this.#announced, seq);
    this.#readOn();
  }

  /** Adds a reader. It must join before it reads the log: what is announced from now on is not lost on it. */
  join(signal: AbortSignal): LiveReader<Event> {
    const reader: LiveReader<Event> = new LiveReader(signal, {
      goLive: (upTo) => this.#goLive(reader, upTo),
      fallBehind: () => this.#fallBehind(reader),
      leave: () => this.#leave(reader),
    });
    this.#readers.add(reader);
    return reader;
  }

  /** @returns false if the log has been read further for the others: there is more for this one to read first. */
  #goLive(reader: LiveReader<Event>, upTo: number): boolean {
    if (this.#readUpTo !== undefined && this.#readUpTo > upTo) return false;
    if (this.#readUpTo === undefined) {
      this.#readUpTo = upTo;
      this.#lastSeq = upTo;
    }
    this.#live.add(reader);
    this.#readOn();
    return true;
  }

  #fallBehind(reader: LiveReader<Event>): void {
    this.#live.delete(reader);
    if (this.#live.size === 0) this.#readUpTo = undefined;
  }

  #leave(reader: LiveReader<Event>): void {
    this.#fallBehind(reader);
    if (this.#readers.delete(reader) && this.#readers.size === 0) this.#onEmpty();
  }

  #readOn(): void {
    if (this.#reading || this.#readUpTo === undefined || this.#announced <= this.#readUpTo) return;
    this.#reading = true;
    void this.#read().finally(() => {
      this.#reading = false;
      this.#readOn();
    });
  }

  async #read(): Promise<void> {
    const after = this.#readUpTo;
    const announced = this.#announced;
    if (after === undefined) return;
    try {
      const head = await this.#log.readHead();
      // An end, or a beginning anew: each reader finds out for itself what that means from where it stands.
      if (head.end || head.startSeq > after || head.seq < after) return this.#sendAllBack();
      // Undefined when all have fallen behind over what they were given.
      let from: number | undefined = after;
      while (from !== undefined && from < head.seq) {
        if (from > after) await nextTurn();
        const { changes, upTo } = await head.readChanges(from);
        // Meanwhile all may have left, and others come.
        if (this.#readUpTo !== from) return;
        this.#readUpTo = upTo;
        this.#deliver(changes);
        from = this.#live.size > 0 ? upTo : undefined;
      }
      // What was announced and is not in the log does not make it be read for ever.
      if (this.#announced === announced) this.#announced = head.seq;
    } catch {
      // Reading the log themselves, they get the failure as their own.
      return this.#sendAllBack();
    }
    if (this.#log.coalesceMs > 0) await wait(this.#log.coalesceMs, undefined, { ref: false });
  }

  #deliver(changes: Change<Event>[]): void {
    const events = changes.map((change) => {
      const event = { ...change, prev: this.#lastSeq } as unknown as Event;
      this.#lastSeq = change.seq;
      return event;
    });
    for (const reader of this.#live) reader.deliver(events);
  }

  #sendAllBack(): void {
    for (const reader of this.#live) reader.fallBehind();
  }
}

type Moves = { goLive(upTo: number): boolean; fallBehind(): void; leave(): void };

/** One reader's place among the live ones. */
export class LiveReader<Event extends LogEvent> implements Disposable {
  readonly #signal: AbortSignal;
  readonly #moves: Moves;
  #isLive = false;
  #upTo = 0;
  #waiting: Event[] = [];
  #waitingChars = 0;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal, moves: Moves) {
    this.#signal = signal;
    this.#moves = moves;
    signal.addEventListener("abort", this.#onAbort);
  }

  /**
   * Resolves with what comes after the position up to which the caller has read the log, as soon as there is anything.
   * Resolves with nothing when the caller has to read the log again, because others are further or because it took too
   * long to come back, and when the signal aborts. `prev` is that of whoever read for all, not the caller's.
   */
  async next(upTo: number): Promise<Event[]> {
    this.#upTo = upTo;
    if (this.#waiting.length === 0) {
      this.#isLive ||= this.#moves.goLive(upTo);
      if (!this.#isLive || this.#signal.aborted) return [];
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const events = this.#waiting;
    this.#waiting = [];
    this.#waitingChars = 0;
    return events;
  }

  deliver(news: Event[]): void {
    const [first] = news;
    if (!first) return;
    // It may have read further than the one who reads for all.
    const events = first.seq > this.#upTo ? news : news.filter(({ seq }) => seq > this.#upTo);
    if (events.length === 0) return;
    for (const event of events) this.#waitingChars += toJson(event).length;
    if (this.#waitingChars > maxWaitingChars && !this.#wake) return this.fallBehind();
    this.#waiting.push(...events);
    this.#rouse();
  }

  /** Forgets what waits for it: it is in the log. */
  fallBehind(): void {
    this.#isLive = false;
    this.#waiting = [];
    this.#waitingChars = 0;
    this.#moves.fallBehind();
    this.#rouse();
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#moves.leave();
  }

  #rouse(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  readonly #onAbort = (): void => this.#rouse();
}

import type { LogEvent, TrackedEvent } from "./change-log.ts";

/** The point up to which a log was read: the name of its history, the number of its life, and the `seq`. */
export type ReadUpTo = { epoch: string; life: number; seq: number };

/** A receiver of live events. */
export type Listener<Event extends LogEvent> = {
  /** @returns false if it takes none of the events */
  take(events: readonly TrackedEvent<Event>[]): boolean;
  /**
   * Takes or drops a signal, which is the same array for all subscribers. Its position is that of the shared reading.
   * Without this function the listener gets no signals.
   */
  takeSignal?(signal: readonly TrackedEvent<Event>[]): void;
};

/** The access of a subscriber to the topic of its log. */
export type Seat<Event extends LogEvent> = {
  /** @returns false if the log was already read further for the live subscribers: this subscriber must first read on */
  goLive(subscriber: Subscriber<Event>, from: ReadUpTo): boolean;
  fallBehind(subscriber: Subscriber<Event>): void;
  leave(subscriber: Subscriber<Event>): void;
  /** Reports the current `seq` and life of the log. */
  compare(stand: Pick<ReadUpTo, "seq" | "life">): void;
};

/** One subscriber of a log in this process. */
export class Subscriber<Event extends LogEvent> implements Disposable, EventListenerObject {
  /** The connection, or the subscriber itself if it has none. */
  readonly connection: object;
  readonly #signal: AbortSignal;
  readonly #seat: Seat<Event>;
  #upTo = 0;
  /** The `seq` of this subscriber when it was last behind the others. */
  #wasBehindAt: number | undefined;
  #listener: Listener<Event> | undefined;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal, seat: Seat<Event>, connection: object | undefined) {
    this.connection = connection ?? this;
    this.#signal = signal;
    this.#seat = seat;
    signal.addEventListener("abort", this);
  }

  /**
   * Delivers the live events after `from` to `listener`. Resolves when the signal aborts, or when the caller must read
   * the log again: other subscribers are further, the listener took nothing, or the log has another life. `prev` of an
   * event is the `seq` before it in the shared reading, not in the caller's stream.
   */
  goLive(from: ReadUpTo, listener: Listener<Event>): Promise<void> {
    this.#upTo = from.seq;
    this.#listener = listener;
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#signal.aborted) return this.#goBack();
      if (this.#seat.goLive(this, from)) return;
      // This subscriber has read again and found no more: the others are at a `seq` beyond the end of the log.
      if (this.#wasBehindAt === from.seq) this.#seat.compare(from);
      this.#wasBehindAt = from.seq;
      this.#goBack();
    });
  }

  deliver(news: readonly TrackedEvent<Event>[]): void {
    const [first] = news;
    if (!first) return;
    // This subscriber may have read further than the shared reading.
    const events = first.event.seq > this.#upTo ? news : news.filter(({ event }) => event.seq > this.#upTo);
    // It may have a part of a gathered event already: it reads the rest from the change log.
    if (events.some(({ since }) => since !== undefined && since < this.#upTo)) return this.fallBehind();
    if (events.length > 0 && !this.#listener?.take(events)) this.fallBehind();
  }

  deliverSignal(signal: readonly TrackedEvent<Event>[]): void {
    this.#listener?.takeSignal?.(signal);
  }

  fallBehind(): void {
    this.#seat.fallBehind(this);
    this.#goBack();
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener("abort", this);
    this.#seat.leave(this);
  }

  /** Called when the signal aborts. */
  handleEvent(): void {
    this.fallBehind();
  }

  #goBack(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

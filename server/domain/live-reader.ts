import type { LogEvent, Positioned } from "./log.ts";
import type { LiveTopic } from "./live-topic.ts";

/** How far the caller has read the log, in which history, and in which of the log's lives. */
export type ReadUpTo = { epoch: string; life: number; seq: number };

/** Who gets what is live. */
export type LiveTaker<Event extends LogEvent> = {
  /** @returns false if it takes none of them now. */
  take(events: readonly Positioned<Event>[]): boolean;
};

/** One reader's place among the live ones. */
export class LiveReader<Event extends LogEvent> implements Disposable, EventListenerObject {
  /** The connection, if it has one. */
  readonly place: object;
  readonly #signal: AbortSignal;
  readonly #topic: LiveTopic<Event>;
  #upTo = 0;
  /** Where it stood when the others were further last. */
  #wasBehindAt: number | undefined;
  #taker: LiveTaker<Event> | undefined;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal, topic: LiveTopic<Event>, connection: object | undefined) {
    this.place = connection ?? this;
    this.#signal = signal;
    this.#topic = topic;
    signal.addEventListener("abort", this);
  }

  /**
   * Gives to `taker` what comes after where the caller has read the log to, as soon as there is anything.
   * Resolves when the caller has to read the log again, because others are further, because it took nothing or because
   * the log is not what it was, and when the signal aborts. `prev` is that of whoever read for all, not the caller's.
   */
  goLive(from: ReadUpTo, taker: LiveTaker<Event>): Promise<void> {
    this.#upTo = from.seq;
    this.#taker = taker;
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#signal.aborted) return this.#goBack();
      if (this.#topic.goLive(this, from)) return;
      // It has read again, and there is nothing further: the others stand where the log does not reach any more.
      if (this.#wasBehindAt === from.seq) this.#topic.compare(from);
      this.#wasBehindAt = from.seq;
      this.#goBack();
    });
  }

  deliver(news: readonly Positioned<Event>[]): void {
    const [first] = news;
    if (!first) return;
    // It may have read further than the one who reads for all.
    const events = first.event.seq > this.#upTo ? news : news.filter(({ event }) => event.seq > this.#upTo);
    if (events.length > 0 && !this.#taker?.take(events)) this.fallBehind();
  }

  fallBehind(): void {
    this.#topic.fallBehind(this);
    this.#goBack();
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener("abort", this);
    this.#topic.leave(this);
  }

  /** Its signal aborts. */
  handleEvent(): void {
    this.fallBehind();
  }

  #goBack(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

import type { LogEvent, TrackedEvent } from "./change-log.ts";
import type { LiveTopic } from "./live-topic.ts";

/** How far a log was read, with the name of its history and the number of its life. */
export type ReadUpTo = { epoch: string; life: number; seq: number };

/** A receiver of live events. */
export type Listener<Event extends LogEvent> = {
  /** @returns false if it takes none of the events now */
  take(events: readonly TrackedEvent<Event>[]): boolean;
};

/** One reader of a {@link LiveTopic}. */
export class Subscriber<Event extends LogEvent> implements Disposable, EventListenerObject {
  /** The connection, or the reader itself if it has none. */
  readonly place: object;
  readonly #signal: AbortSignal;
  readonly #topic: LiveTopic<Event>;
  #upTo = 0;
  /** The position of this reader when it was last behind the others. */
  #wasBehindAt: number | undefined;
  #taker: Listener<Event> | undefined;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal, topic: LiveTopic<Event>, connection: object | undefined) {
    this.place = connection ?? this;
    this.#signal = signal;
    this.#topic = topic;
    signal.addEventListener("abort", this);
  }

  /**
   * Gives the live events after `from` to `taker`. Resolves when the signal aborts, and when the caller has to read the log
   * again: other readers are further, the taker took nothing, or the log has another life. `prev` of an event is the position
   * before it in the shared reading, not in the caller's stream.
   */
  goLive(from: ReadUpTo, taker: Listener<Event>): Promise<void> {
    this.#upTo = from.seq;
    this.#taker = taker;
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#signal.aborted) return this.#goBack();
      if (this.#topic.goLive(this, from)) return;
      // This reader has read again and found no more: the others are beyond the end of the log.
      if (this.#wasBehindAt === from.seq) this.#topic.compare(from);
      this.#wasBehindAt = from.seq;
      this.#goBack();
    });
  }

  deliver(news: readonly TrackedEvent<Event>[]): void {
    const [first] = news;
    if (!first) return;
    // This reader may have read further than the shared reading.
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

  /** Called when the signal aborts. */
  handleEvent(): void {
    this.fallBehind();
  }

  #goBack(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

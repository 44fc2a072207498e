/**
 * The target of a stream, with backpressure. A sender first asks whether the sink is writable. While it is not, the
 * items stay in the change log, and are read from there later.
 */
export type Sink<Item> = {
  /** Whether the sink takes more now. */
  readonly isWritable: boolean;
  /**
   * Whether the sink takes signals now. It takes none while much waits to be sent, so that signals never fill the place
   * of other items.
   */
  readonly takesSignals: boolean;
  /**
   * Does `work` when the sink is writable, or when its connection is closed. Streams of one connection take turns: the
   * items of one stream are sent before another stream reads.
   */
  whenWritable<Value>(work: () => Promise<Value>): Promise<Value>;
  /** Sends items that only this sink gets. */
  send(items: readonly Item[]): void;
  /** Sends an array that other sinks get too: its encoding is kept for them. */
  sendShared(items: readonly Item[]): void;
};

/** The most bytes that may wait for a client that is sent a signal. */
export const signalBudgetBytes = 16 * 1024;

/** A stream that has not begun. `pipeTo` sends it to a sink; an iteration yields its items one by one. */
export class Feed<Item> implements AsyncIterable<Item> {
  readonly #signal: AbortSignal;
  readonly #send: (sink: Sink<Item>, signal: AbortSignal) => Promise<void>;

  /** @param send resolves when the stream has ended, or when the signal that it gets aborts. */
  constructor(signal: AbortSignal, send: (sink: Sink<Item>, signal: AbortSignal) => Promise<void>) {
    this.#signal = signal;
    this.#send = send;
  }

  /** Resolves when the stream has ended or its signal aborts. Rejects with the error of the stream. */
  pipeTo(sink: Sink<Item>): Promise<void> {
    return this.#send(sink, this.#signal);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    const left = new AbortController();
    const queue = new Queue<Item>();
    const signal = AbortSignal.any([this.#signal, left.signal]);
    signal.addEventListener("abort", () => queue.end());
    let failure: { error: unknown } | undefined;
    const sending = this.#send(queue, signal)
      .catch((error: unknown) => {
        failure = { error };
      })
      .finally(() => queue.end());
    try {
      while (await queue.hasNext()) {
        const item = queue.take();
        if (item !== undefined) yield item;
      }
      if (failure) throw failure.error;
    } finally {
      left.abort();
      await sending;
    }
  }
}

/**
 * The most live events that may wait in an iteration: a few, so that a short burst need not be read from the log again.
 */
const maxWaiting = 8;

/** Items that were sent but not yet taken: those of one read, or a few that came meanwhile. */
class Queue<Item> implements Sink<Item> {
  readonly #items: Item[] = [];
  #hasEnded = false;
  #wakeTaker: (() => void) | undefined;
  #wakeSender: (() => void) | undefined;

  get isWritable(): boolean {
    return this.#items.length < maxWaiting;
  }

  get takesSignals(): boolean {
    return this.#items.length < maxWaiting / 2;
  }

  async whenWritable<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#items.length > 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wakeSender = resolve;
      });
    }
    return work();
  }

  send(items: readonly Item[]): void {
    this.#items.push(...items);
    this.#wakeTaker?.();
  }

  sendShared(items: readonly Item[]): void {
    this.send(items);
  }

  end(): void {
    this.#hasEnded = true;
    this.#wakeTaker?.();
    this.#wakeSender?.();
  }

  /** @returns false when everything was taken and no more will come. */
  async hasNext(): Promise<boolean> {
    if (this.#items.length > 0) return true;
    this.#wakeSender?.();
    if (!this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wakeTaker = resolve;
      });
    }
    return this.#items.length > 0 || !this.#hasEnded;
  }

  take(): Item | undefined {
    return this.#items.shift();
  }
}

/**
 * Tells readers of a session that its log has grown. It carries no events: whoever is rung reads the log from its own
 * position, so a ring that is doubled, late or from a writer elsewhere does no harm, and a reader that is slow costs no
 * memory.
 */
export class LiveHub {
  readonly #bells = new Map<string, Set<Bell>>();

  /** Rings for everyone on that session. Call it after the commit. */
  announce(sessionId: string): void {
    for (const bell of this.#bells.get(sessionId) ?? []) bell.ring();
  }

  /** A bell for that session, until it is disposed of. It also rings when `signal` aborts. */
  listen(sessionId: string, signal: AbortSignal): Bell {
    const bells = this.#bells.get(sessionId) ?? new Set();
    this.#bells.set(sessionId, bells);
    const bell = new Bell(() => {
      signal.removeEventListener("abort", ring);
      bells.delete(bell);
      if (bells.size === 0 && this.#bells.get(sessionId) === bells) this.#bells.delete(sessionId);
    });
    const ring = (): void => bell.ring();
    if (signal.aborted) bell.ring();
    signal.addEventListener("abort", ring);
    bells.add(bell);
    return bell;
  }

  /** How many bells hang, over all sessions. */
  get size(): number {
    let count = 0;
    for (const bells of this.#bells.values()) count += bells.size;
    return count;
  }
}

/** Remembers a ring that nobody waited for, so none is lost between reading the log and waiting. */
export class Bell implements Disposable {
  readonly #takeDown: () => void;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(takeDown: () => void) {
    this.#takeDown = takeDown;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves at the next ring, at once if there was one since the last call. */
  async wait(): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    this.#rung = false;
  }

  [Symbol.dispose](): void {
    this.#takeDown();
  }
}

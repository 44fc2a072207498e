/** How long new readers may work in one turn of the event loop, in milliseconds. */
const sliceMs = 2;

/**
 * The order in which large reads of the database get their turns. The database answers within the turn of the event loop
 * in which it is asked: without this order, several large reads at a time would block the process.
 */
export class Turns {
  readonly #beginning: (() => void)[] = [];
  readonly #goingOn: (() => void)[] = [];
  /** The time at which this turn of the event loop is used up. Undefined while it is unused. */
  #sliceEndMs: number | undefined;
  #isScheduled = false;

  /** A turn for a new reader. Undefined if it may read at once: this turn of the event loop is not used up. */
  begin(): Promise<void> | undefined {
    const nowMs = performance.now();
    if (this.#beginning.length === 0 && nowMs < (this.#sliceEndMs ?? Number.POSITIVE_INFINITY)) {
      this.#sliceEndMs ??= nowMs + sliceMs;
      this.#schedule();
      return undefined;
    }
    return this.#wait(this.#beginning);
  }

  /** A turn for a reader that goes on: one of them in each turn of the event loop, after a new reader. */
  goOn(): Promise<void> {
    return this.#wait(this.#goingOn);
  }

  #wait(queue: (() => void)[]): Promise<void> {
    this.#schedule();
    return new Promise((resolve) => {
      queue.push(resolve);
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#give());
  }

  #give(): void {
    this.#isScheduled = false;
    const begin = this.#beginning.shift();
    const goOn = this.#goingOn.shift();
    this.#sliceEndMs = undefined;
    if (!begin && !goOn) return;
    this.#sliceEndMs = performance.now() + sliceMs;
    this.#schedule();
    begin?.();
    goOn?.();
  }
}

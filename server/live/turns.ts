/** How long those that begin may work in one turn of the event loop, in milliseconds. */
const sliceMs = 2;

/**
 * Who may read the database next, of all that have much to read. The database answers within the turn of the event loop in
 * which it is asked: without this, those that ask at the same time would have the process to themselves.
 */
export class Turns {
  readonly #beginning: (() => void)[] = [];
  readonly #goingOn: (() => void)[] = [];
  /** When this turn of the event loop has been worked in for long enough. Undefined if nobody has worked in it. */
  #sliceEndMs: number | undefined;
  #isScheduled = false;

  /** For one that begins. Undefined is at once: little was done in this turn of the event loop. */
  begin(): Promise<void> | undefined {
    const nowMs = performance.now();
    if (this.#beginning.length === 0 && nowMs < (this.#sliceEndMs ?? Number.POSITIVE_INFINITY)) {
      this.#sliceEndMs ??= nowMs + sliceMs;
      this.#schedule();
      return undefined;
    }
    return this.#wait(this.#beginning);
  }

  /** For one that has read something and goes on: one of them in a turn of the event loop, after those that begin. */
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

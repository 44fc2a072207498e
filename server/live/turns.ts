/** The time for which new subscribers may read in one turn of the event loop, in milliseconds. */
const sliceMs = 2;

/**
 * The number of turns of the event loop without a large read, after each large read. A write takes two: one to be read,
 * one to be stored.
 */
const turnsForOthers = 2;

/**
 * The order in which large reads of the database get their turns. The database answers synchronously, within a turn of
 * the event loop: without this order several large reads would block the process. Small reads do not wait.
 */
export class Turns {
  readonly #beginning: (() => void)[] = [];
  readonly #goingOn: (() => void)[] = [];
  /** The time at which the slice of this turn of the event loop ends. Undefined while the slice is unused. */
  #sliceEndMs: number | undefined;
  #isScheduled = false;
  #turnsForOthers = 0;
  #hasBegun = false;

  /**
   * A turn for a new reader. Undefined if it may read at once: the slice of this turn of the event loop is not used up.
   *
   * @param isSmall whether its first read is small and need not wait. Called only when the slice is used up.
   */
  begin(isSmall: () => Promise<boolean>): Promise<void> | undefined {
    const nowMs = performance.now();
    if (this.#beginning.length === 0 && nowMs < (this.#sliceEndMs ?? Number.POSITIVE_INFINITY)) {
      this.#sliceEndMs ??= nowMs + sliceMs;
      this.#schedule();
      return undefined;
    }
    return this.#waitUnless(isSmall);
  }

  /** The turn of a reader that begins or continues. Undefined if it may read at once. */
  take(isFirst: boolean, isSmall: () => Promise<boolean>): Promise<void> | undefined {
    return isFirst ? this.begin(isSmall) : this.goOn();
  }

  async #waitUnless(isSmall: () => Promise<boolean>): Promise<void> {
    if (!(await isSmall())) await this.#wait(this.#beginning);
  }

  /** A turn for a reader that continues. Such readers alternate with the new ones. */
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
    if (this.#turnsForOthers > 0) {
      this.#turnsForOthers -= 1;
      return this.#schedule();
    }
    const next = this.#next();
    this.#sliceEndMs = next ? 0 : undefined;
    if (!next) return;
    this.#turnsForOthers = turnsForOthers;
    this.#schedule();
    next();
  }

  #next(): (() => void) | undefined {
    const [first, second] = this.#hasBegun
      ? [this.#goingOn, this.#beginning]
      : [this.#beginning, this.#goingOn];
    const queue = first.length > 0 ? first : second;
    this.#hasBegun = queue === this.#beginning;
    return queue.shift();
  }
}

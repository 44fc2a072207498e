/** A time-out that each sign of life extends. */
export class Patience implements Disposable {
  readonly #late = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** Aborts when the awaited sign of life did not come in time. */
  get signal(): AbortSignal {
    return this.#late.signal;
  }

  /** Waits anew, in milliseconds. */
  wait(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#late.abort(), ms);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

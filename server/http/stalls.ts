/** How often the clock below is looked at, in milliseconds. */
const tickMs = 250;

/** A tick that comes so much late, in milliseconds, ends a stall: shorter ones are made up for by reading first. */
const stallMs = 500;

/**
 * Notices when this process stood still: stopped by a signal, not scheduled, or busy with one thing. What peers sent
 * meanwhile lies in the system's buffers, and a timer that runs out then is no fault of theirs.
 */
class Stalls {
  #lastTick: number | undefined;
  #lastEnd = Number.NEGATIVE_INFINITY;

  /** Whether there was a stall, or the end of one, after `time` (of `performance.now()`). It begins to watch when first asked to. */
  hasBeenSince(time: number): boolean {
    this.#look();
    return this.#lastEnd > time;
  }

  /** The process is watched from now on, if it is not yet. Its ticks keep no process running. */
  watch(): void {
    if (this.#lastTick !== undefined) return;
    this.#lastTick = performance.now();
    setInterval(() => this.#look(), tickMs).unref();
  }

  #look(): void {
    const now = performance.now();
    if (now - (this.#lastTick ?? now) >= tickMs + stallMs) this.#lastEnd = now;
    this.#lastTick = now;
  }
}

export const stalls = new Stalls();

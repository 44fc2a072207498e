/** The interval at which the clock is read, in milliseconds. */
const tickMs = 250;

/** The delay of a tick, in milliseconds, that counts as a stall. After a shorter one, reading first is enough. */
const stallMs = 500;

/**
 * Notices stalls of this process: it was stopped by a signal, not scheduled, or busy with one task. The bytes that peers sent
 * meanwhile are in the system's buffers, so a timer that runs out then is not the peers' fault.
 */
class Stalls {
  #lastTick: number | undefined;
  #lastEnd = Number.NEGATIVE_INFINITY;

  /** Whether a stall has ended after `time` (of `performance.now()`). */
  hasBeenSince(time: number): boolean {
    this.#look();
    return this.#lastEnd > time;
  }

  /** Begins to watch the process, if it is not watched yet. The ticks keep no process running. */
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

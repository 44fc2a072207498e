/** The interval at which the clock is read, in milliseconds. */
const tickMs = 250;

/** The delay of a tick, in milliseconds, that counts as a stall. After a shorter delay it is enough to read first. */
const stallMs = 500;

/**
 * Detects stalls of this process: it was stopped by a signal, not scheduled, or busy with one task. The bytes that
 * peers sent meanwhile are in the system's buffers, so a timer that expires then does not show a fault of the peers.
 */
class Stalls {
  #lastTick: number | undefined;
  #lastEnd = Number.NEGATIVE_INFINITY;

  /** Whether a stall has ended after `time` (of `performance.now()`). */
  hasBeenSince(time: number): boolean {
    this.#look();
    return this.#lastEnd > time;
  }

  /** Begins to watch the process, unless it is already watched. The ticks do not keep the process running. */
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

import { tooManySignals } from "../contract/app-error.ts";
import { limits } from "../contract/limits.ts";

const tokenMs = 1000 / limits.signalsPerSecond;

/** Bounds the signals of each session by a token bucket. Only buckets that are not full take memory. */
export class SignalRate {
  readonly #elapsedMs: () => number;
  /** When the bucket of each session is full again, in the order of the last signals. */
  readonly #fullAtMs = new Map<string, number>();

  /** @param elapsedMs a clock that only goes forward, in milliseconds */
  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
  }

  /** The number of buckets in memory. */
  get size(): number {
    return this.#fullAtMs.size;
  }

  /**
   * Counts a signal.
   *
   * @param readers the number of subscribers of the session
   * @throws {AppError} TOO_MANY_REQUESTS. The signal then does not count
   */
  take(sessionId: string, readers: number): void {
    const nowMs = this.#elapsedMs();
    this.#dropFull(nowMs);
    const tokens = Math.min(limits.signalBurst, Math.max(1, readers / limits.signalReaders));
    const fullAtMs = Math.max(nowMs, this.#fullAtMs.get(sessionId) ?? 0) + tokens * tokenMs;
    const waitMs = fullAtMs - nowMs - limits.signalBurst * tokenMs;
    if (waitMs > 0) throw tooManySignals(Math.ceil(waitMs / 1000));
    this.#fullAtMs.delete(sessionId);
    this.#fullAtMs.set(sessionId, fullAtMs);
  }

  #dropFull(nowMs: number): void {
    for (const [sessionId, fullAtMs] of this.#fullAtMs) {
      if (fullAtMs > nowMs) return;
      this.#fullAtMs.delete(sessionId);
    }
  }
}

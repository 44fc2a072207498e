import type { ChatError } from "./chat-error.ts";
import { aborted } from "./chat-error.ts";
import { toChatError } from "./to-chat-error.ts";

export type PauseOptions = {
  /** From 0 up to 1; `Math.random` by default. */
  random?: () => number;
  /** The longest first pause; 250 by default. */
  baseMs?: number;
  /** The longest pause; 10,000 by default. */
  capMs?: number;
};

/** The pauses between the tries of calls: 0…min(cap, base × 2ⁿ), and at least as long as the server asks. */
export class Pauses {
  readonly #options: Required<PauseOptions>;
  readonly #waking = new Set<() => void>();

  constructor(options: PauseOptions = {}) {
    this.#options = { random: Math.random, baseMs: 250, capMs: 10_000, ...options };
  }

  /**
   * Repeats a call until it succeeds, is refused permanently or is aborted.
   *
   * @throws {ChatError} a permanent refusal, or `aborted`
   */
  async repeat<Result>(call: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    for (let attempt = 0; ; attempt += 1) {
      if (signal.aborted) throw aborted(undefined, signal.reason);
      try {
        return await call();
      } catch (cause) {
        const error = toChatError(cause);
        if (!mayPass(error)) throw error;
        if (!signal.aborted) await this.#pause(attempt, error, signal);
      }
    }
  }

  /** Ends every pause that the server did not ask for: the line is up again, or a person wants a retry. */
  wake(): void {
    for (const wake of this.#waking) wake();
  }

  #pause(attempt: number, { retryAfterMs = 0 }: ChatError, signal: AbortSignal): Promise<void> {
    const { random, baseMs, capMs } = this.#options;
    const pauseMs = random() * Math.min(capMs, baseMs * 2 ** attempt);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waking.delete(end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, Math.max(pauseMs, retryAfterMs));
      if (retryAfterMs === 0) this.#waking.add(end);
      signal.addEventListener("abort", end);
    });
  }
}

/**
 * Whether a repeat may succeed. An answer that is not AI Desk's leaves the outcome unknown, with one exception: with
 * 413 a proxy refuses a body of this size.
 */
export function mayPass(error: ChatError): boolean {
  if (error.kind === "foreign") return error.status !== 413;
  return error.kind !== "refused" || error.retryable;
}

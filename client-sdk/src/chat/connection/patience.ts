import type { Timing } from "./timing.ts";

/**
 * The time for which the client waits for the answer to a ping. It doubles after each late answer, up to a limit, until
 * an answer is on time: a large frame on a slow line delays the answer. The time is kept across sockets, since the next
 * socket receives the same large frame.
 */
export type Patience = {
  readonly timeoutMs: number;
  /** An answer came after this time. */
  answered(afterMs: number): void;
  /** No answer came. */
  late(): void;
};

export function createPatience({ pongTimeoutMs, maxPongTimeoutMs }: Timing): Patience {
  let timeoutMs = pongTimeoutMs;
  const late = (): void => {
    timeoutMs = Math.min(2 * timeoutMs, maxPongTimeoutMs);
  };
  return {
    get timeoutMs() {
      return timeoutMs;
    },
    answered(afterMs) {
      if (afterMs <= pongTimeoutMs) timeoutMs = pongTimeoutMs;
      else late();
    },
    late,
  };
}

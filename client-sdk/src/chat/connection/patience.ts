import type { Timing } from "./timing.ts";

/**
 * How long a sign of life is waited for. The time doubles when one was late, up to a limit, until one is on time: a large
 * frame that is coming in over a thin line holds back the answer to a ping. It outlives the socket, since the next one
 * brings the same large frame.
 */
export type Patience = {
  readonly timeoutMs: number;
  /** The answer to a ping came after so long. */
  answered(afterMs: number): void;
  /** None came. */
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

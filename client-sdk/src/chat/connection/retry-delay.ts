import type { Timing } from "./timing.ts";

/**
 * Full jitter: clients that lost the same server do not reconnect at the same time.
 *
 * @param failures the number of failed attempts before, from 0
 */
export function retryDelayMs(
  failures: number,
  { retryMs, maxRetryMs, maxHiddenRetryMs }: Timing,
  { isVisible, random }: { isVisible: boolean; random: () => number },
): number {
  return random() * Math.min(isVisible ? maxRetryMs : maxHiddenRetryMs, retryMs * 2 ** failures);
}

import { unreachable } from "./chat-error.ts";
import type { Fetch } from "./connection/carrier.ts";
import type { Line } from "./line.ts";

/** An answer that does not begin for so long is not waited for, even where the line is up. */
const answerTimeoutMs = 60_000;

/**
 * A `fetch` that ends with the line: a network that is gone gives no answer and no error. The outcome of such a call is not
 * known; the stores repeat theirs when the line is back.
 */
export function boundFetch(
  fetch: Fetch,
  line: Pick<Line, "status" | "subscribeStatus">,
  timeoutMs = answerTimeoutMs,
): Fetch {
  const waiting = new Set<(why: string) => void>();
  let wasOffline = line.status === "offline";
  line.subscribeStatus(() => {
    const isOffline = line.status === "offline";
    // A call that begins on a line that is down is a try of its own.
    if (isOffline && !wasOffline)
      for (const giveUp of waiting) giveUp("The line was lost before the answer.");
    wasOffline = isOffline;
  });
  return async (url, init) => {
    const { signal } = init;
    const ending = new AbortController();
    let failure: Error | undefined;
    const giveUp = (why: string): void => {
      failure = unreachable(`${why} Nobody knows whether the call took effect.`);
      ending.abort(failure);
    };
    const abort = (): void => ending.abort(signal.reason);
    const timer = setTimeout(giveUp, timeoutMs, "No answer came in time.");
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
    waiting.add(giveUp);
    try {
      return await fetch(url, { ...init, signal: ending.signal });
    } catch (cause) {
      throw failure ?? cause;
    } finally {
      clearTimeout(timer);
      waiting.delete(giveUp);
      signal?.removeEventListener("abort", abort);
    }
  };
}

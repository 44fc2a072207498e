import { unreachable } from "./chat-error.ts";
import type { Fetch } from "./connection/carrier.ts";
import type { Timing } from "./connection/timing.ts";
import type { Line } from "./line.ts";

/** A pending call. */
type Call = { end(failure: Error): void; allow(ms: number): void };

/**
 * A `fetch` that fails when the line is lost, because a lost network brings neither an answer nor an error. The outcome
 * of such a call is unknown. The stores repeat their calls when the line is back.
 *
 * @param fetch resolves when the body has been read, so that the time of a stalled body is limited too
 * @param closing aborts every call with its reason, and refuses later ones
 */
export function boundFetch(
  fetch: Fetch,
  line: Pick<Line, "status" | "subscribeStatus">,
  { answerTimeoutMs, overdueCallMs }: Pick<Timing, "answerTimeoutMs" | "overdueCallMs">,
  closing: AbortSignal,
): Fetch {
  const calls = new Set<Call>();
  const isDown = (): boolean => line.status === "offline" || line.status === "closed";
  let wasDown = isDown();
  line.subscribeStatus(() => {
    const { status } = line;
    // A call that began while the line was down is a try of its own: `offline` does not end it.
    const isLost = status === "closed" || (status === "offline" && !wasDown);
    // The call was sent into a network that was lost, or its answer comes soon.
    const isBack = wasDown && (status === "catching-up" || status === "live");
    wasDown = isDown();
    for (const call of calls) {
      if (isLost) call.end(unknown("The line was lost before the answer."));
      if (isBack) call.allow(overdueCallMs);
    }
  });
  return async (url, init) => {
    const signals = [closing, init.signal];
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const call: Call = {
      end: (failure) => ending.abort(failure),
      allow(ms) {
        clearTimeout(timer);
        timer = setTimeout(() => call.end(unknown("No answer came in time.")), ms);
      },
    };
    const abort = (): void => {
      for (const signal of signals) if (signal?.aborted) ending.abort(signal.reason);
    };
    const ended = new Promise<never>((_, reject) => {
      ending.signal.addEventListener("abort", () => reject(ending.signal.reason as Error));
    });
    call.allow(answerTimeoutMs);
    for (const signal of signals) signal?.addEventListener("abort", abort);
    abort();
    calls.add(call);
    try {
      return await Promise.race([ended, fetch(url, { ...init, signal: ending.signal })]);
    } finally {
      clearTimeout(timer);
      calls.delete(call);
      for (const signal of signals) signal?.removeEventListener("abort", abort);
      // Frees the connection of a body that was not read to its end.
      ending.abort();
    }
  };
}

function unknown(why: string): Error {
  return unreachable(`${why} The call may have taken effect.`);
}

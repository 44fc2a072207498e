import { setTimeout as wait } from "node:timers/promises";
import { isLocked } from "./database-errors.ts";

type WaitOptions = {
  /** The longest wait for the lock, in milliseconds. */
  timeoutMs: number;
  /** Aborts the wait. */
  signal: AbortSignal | undefined;
  /** Called once, when the wait has lasted two seconds. */
  onWait: () => void;
};

/** The interval at which the lock is requested again, in milliseconds. */
const retryMs = 25;

/** The wait after which an operator would like to know the reason, in milliseconds. */
const noticeMs = 2000;

/**
 * Repeats an operation that fails because another process has locked the file, until it succeeds. The process does
 * other work meanwhile, which SQLite's own wait does not allow.
 *
 * @throws the errors of `attempt`: a lock error after `timeoutMs`, any other error at once; and the signal's reason.
 */
export async function waitWhileLocked<Value>(
  attempt: () => Promise<Value>,
  { timeoutMs, signal, onWait }: WaitOptions,
): Promise<Value> {
  const begun = performance.now();
  let isTold = false;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const waitedMs = performance.now() - begun;
      if (!isLocked(error) || waitedMs >= timeoutMs) throw error;
      if (!isTold && waitedMs >= noticeMs) {
        isTold = true;
        onWait();
      }
      await wait(retryMs, undefined, { signal });
    }
  }
}

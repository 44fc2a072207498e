import { setTimeout as wait } from "node:timers/promises";
import { isLocked } from "./database-errors.ts";

type WaitOptions = {
  /** How long to wait for the lock. */
  timeoutMs: number;
  /** Ends the waiting. */
  signal: AbortSignal | undefined;
  /** Is told once, when the lock is not there at once. */
  onWait: () => void;
};

/** How often a lock that another process has is asked for again, in milliseconds. */
const retryMs = 25;

/** After how long somebody would like to know why nothing happens, in milliseconds. */
const noticeMs = 2000;

/**
 * Repeats what fails since another process has locked the file, until it succeeds. The process goes on with other work
 * meanwhile, which SQLite's own waiting does not allow.
 *
 * @throws what `attempt` throws: of another fault at once, of the lock after `timeoutMs`; and the signal's reason.
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

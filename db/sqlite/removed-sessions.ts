import type { Executor } from "../statements/executor.ts";
import { countMissingSessions } from "../statements/strays.ts";

/** The largest share of the time that counting may take. A count of a million sessions takes 0.1 s. */
const countingShare = 0.01;

/**
 * Notices removed rows of sessions. The list's change log does not have such removals, and only other programs make
 * them.
 */
export class RemovedSessions {
  readonly #read: Executor;
  #last: { last: number; missing: number } | undefined;
  #countAgainAt = 0;

  constructor(read: Executor) {
    this.#read = read;
  }

  /** The time until the sessions may be counted again, in milliseconds. */
  get waitMs(): number {
    return Math.max(0, this.#countAgainAt - performance.now());
  }

  /** Counts the sessions. @returns whether any were removed since the last count */
  async count(): Promise<boolean> {
    const before = this.#last;
    const begunAt = performance.now();
    this.#last = await countMissingSessions(this.#read);
    const endedAt = performance.now();
    this.#countAgainAt = endedAt + (endedAt - begunAt) / countingShare;
    const { last, missing } = this.#last;
    return before !== undefined && (last < before.last || missing > before.missing);
  }
}

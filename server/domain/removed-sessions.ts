import type { Executor } from "../../db/open-database.ts";
import { countMissingSessions } from "../../db/statements/strays.ts";

/** The sessions are counted for at most this share of the time: it takes 0.1 s where they are a million. */
const countingShare = 0.01;

/** Notices that rows of sessions were removed: nothing in the log of the list tells of it, and this program removes none. */
export class RemovedSessions {
  readonly #read: Executor;
  #last: { last: number; missing: number } | undefined;
  #countAgainAt = 0;

  constructor(read: Executor) {
    this.#read = read;
  }

  /** In how many milliseconds they may be counted again. */
  get waitMs(): number {
    return Math.max(0, this.#countAgainAt - performance.now());
  }

  /** Counts. @returns whether any were removed since it was called last. */
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

import { setTimeout as wait } from "node:timers/promises";
import { whyForbidden } from "./database-errors.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { PurgeProgress } from "../statements/purge.ts";
import { purgeSlice } from "../statements/purge.ts";

/** The pause of the purger when the database cannot be written, in milliseconds. */
const retryMs = 1000;

/**
 * Removes the messages of deleted sessions, a slice at a time. Each slice is a write unit like any other: units that
 * arrive meanwhile are committed with it or before the next slice.
 */
export class Purger {
  readonly #groups: GroupCommit;
  readonly #stop = new AbortController();
  #working: Promise<void> | undefined;
  #isAskedAgain = false;

  constructor(groups: GroupCommit) {
    this.#groups = groups;
  }

  /** Continues until nothing is left. */
  start(): void {
    this.#isAskedAgain = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Resolves when no slice is being removed any more. The next start removes the rest. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    const { signal } = this.#stop;
    while (this.#isAskedAgain && !signal.aborted) {
      this.#isAskedAgain = false;
      const progress: PurgeProgress = { from: "" };
      for (let isDone = false; !isDone && !signal.aborted;) isDone = await this.#removeSlice(progress);
    }
  }

  async #removeSlice(progress: PurgeProgress): Promise<boolean> {
    try {
      return await this.#groups.write((trx) => purgeSlice(trx, progress));
    } catch (error) {
      // Another program's table may refer to the messages. No answer shows them. The purge continues with the next
      // session.
      if (whyForbidden(error) !== undefined) progress.from += "\u0000";
      else await wait(retryMs, undefined, { ref: false, signal: this.#stop.signal }).catch(() => undefined);
      return false;
    }
  }
}

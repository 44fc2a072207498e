import type { Change, Gathering, LogEvent } from "./change-log.ts";

/** A change for the live subscribers. */
export type LiveChange<Event extends LogEvent> = {
  change: Change<Event>;
  /** Of a gathered change: the `seq` after which its content begins. */
  since?: number;
};

/**
 * The changes that were passed with their publication, each directly after the one before, until they are delivered. The
 * changes of one commit are delivered together, after their writers have their answers. Gathered changes wait for the end
 * of the interval. Any other change is delivered at once, together with the gathered changes before it.
 */
export class PendingChanges<Event extends LogEvent> {
  readonly #gathering: Gathering<Event> | undefined;
  readonly #deliver: () => void;
  #changes: Change<Event>[] = [];
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  /** When gathered changes were last delivered. */
  #gatheredMs = Number.NEGATIVE_INFINITY;

  /** @param deliver is to call {@link take} */
  constructor(gathering: Gathering<Event> | undefined, deliver: () => void) {
    this.#gathering = gathering;
    this.#deliver = deliver;
  }

  get firstSeq(): number | undefined {
    return this.#changes[0]?.seq;
  }

  get lastSeq(): number | undefined {
    return this.#changes.at(-1)?.seq;
  }

  push(change: Change<Event>): void {
    this.#changes.push(change);
    if (this.#isDue) return;
    const waitMs = this.#waitMs(change);
    if (waitMs > 0) {
      this.#timer ??= setTimeout(this.#deliver, waitMs);
      return;
    }
    clearTimeout(this.#timer);
    this.#isDue = true;
    setImmediate(this.#deliver);
  }

  /** Removes and returns the changes. Gathered changes that continue each other are joined. */
  take(): LiveChange<Event>[] {
    const changes = this.#changes;
    this.clear();
    this.#isDue = false;
    this.#timer = undefined;
    if (!this.#gathering) return changes.map((change) => ({ change }));
    return this.#join(changes, this.#gathering);
  }

  /** Forgets the changes. */
  clear(): void {
    this.#changes = [];
  }

  #waitMs(change: Change<Event>): number {
    if (change.type !== this.#gathering?.type) return 0;
    return this.#gatheredMs + this.#gathering.intervalMs - performance.now();
  }

  #join(changes: readonly Change<Event>[], { type, join }: Gathering<Event>): LiveChange<Event>[] {
    const joined: LiveChange<Event>[] = [];
    for (const change of changes) {
      const last = joined.at(-1);
      const both = last && join(last.change, change);
      if (both) joined.splice(-1, 1, { ...last, change: both });
      else joined.push(change.type === type ? { change, since: change.seq - 1 } : { change });
    }
    if (joined.some(({ since }) => since !== undefined)) this.#gatheredMs = performance.now();
    return joined;
  }
}

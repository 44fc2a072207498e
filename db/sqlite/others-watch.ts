import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import type { Database } from "./database.ts";
import type { Stand, StrayMarks } from "../statements/strays.ts";
import {
  findSessionsBehind,
  findSessionsWithStrays,
  findStraySessions,
  giveSeqsToStrays,
  readStands,
  readStrayMarks,
} from "../statements/strays.ts";
import type { OthersListener, SessionStand } from "../store.ts";
import { RemovedSessions } from "./removed-sessions.ts";
import type { SessionWriter } from "./session-writer.ts";

/** The number of rows that are read before other work gets its turn. */
const rowsPerTurn = 250;

/** The pause between two reads of the search for older strays, in milliseconds. */
const pauseMs = 5;

/** The delay before a failed read is repeated, in milliseconds. */
const retryMs = 250;

/**
 * Brings the writes of other processes into the change logs, as long as the database is open. Other servers write the
 * numbers themselves; tools may write rows without correct ones (strays).
 */
export class OthersWatch {
  readonly #database: Database;
  readonly #writer: SessionWriter;
  readonly #removed: RemovedSessions;
  readonly #stop = new AbortController();
  #listener: OthersListener | undefined;
  /** The marks of the last look at the tables. */
  #marks: Promise<StrayMarks> | undefined;
  #countingLater: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isToldAgain = false;

  constructor(database: Database, writer: SessionWriter) {
    this.#database = database;
    this.#writer = writer;
    this.#removed = new RemovedSessions(database.read);
  }

  /** Begins to watch, and numbers the strays that were written while no server had the file open. */
  watch(listener: OthersListener): void {
    this.#listener = listener;
    // Read before another process can write.
    this.#marks = readStrayMarks(this.#database.read);
    this.#database.onOthersCommit(() => this.#look());
    void this.#placeOldStrays(this.#marks);
  }

  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#countingLater);
  }

  /** The `seq` of sessions, after their strays were numbered. Sessions that do not exist are left out. */
  async listStands(ids: readonly string[]): Promise<SessionStand[]> {
    const { read } = this.#database;
    let stands = await readStands(read, ids);
    const behind = stands.filter(isBehind).map(({ id }) => id);
    if (behind.length > 0) {
      await this.#place(behind);
      stands = await readStands(read, ids);
    }
    return stands.filter(({ deleted }) => deleted === 0);
  }

  /** Called when another process has committed. */
  #look(): void {
    this.#listener?.onHint();
    this.#isToldAgain = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#lookOn();
  }

  async #placeOldStrays(marks: Promise<StrayMarks>): Promise<void> {
    const { read } = this.#database;
    try {
      const { sessionRow } = await marks;
      await wait(pauseMs, undefined, { ref: false });
      await this.#removed.count();
      await this.#place(await findStraySessions(read, { row: 0, listSeq: 0 }));
      for (let after = 0; after < sessionRow; after += rowsPerTurn) {
        if (this.#stop.signal.aborted) return;
        const upTo = Math.min(sessionRow, after + rowsPerTurn);
        await this.#place(await findSessionsBehind(read, { after, upTo }));
        await wait(pauseMs, undefined, { ref: false });
      }
    } catch {
      // The next change to a session with strays takes a `seq` after them.
    }
  }

  async #lookOn(): Promise<void> {
    while (this.#isToldAgain && !this.#stop.signal.aborted) {
      this.#isToldAgain = false;
      try {
        await this.#lookOnce();
      } catch {
        // The reads of the database get this error themselves.
        this.#isToldAgain = true;
        await wait(retryMs, undefined, { ref: false });
      }
    }
    this.#isLooking = false;
  }

  async #lookOnce(): Promise<void> {
    const { read } = this.#database;
    const { messageId, sessionRow, listSeq } = (await this.#marks) ?? none;
    const marks = await readStrayMarks(read);
    await this.#place(await findStraySessions(read, { row: sessionRow, listSeq }), listSeq);
    for (let after = messageId; after < marks.messageId; after += rowsPerTurn) {
      const upTo = Math.min(marks.messageId, after + rowsPerTurn);
      await this.#place(await findSessionsWithStrays(read, { after, upTo }));
      await nextTurn();
    }
    this.#marks = Promise.resolve(marks);
    await this.#listener?.onReadable(await this.#hasLostSessions());
  }

  /** Counts now, or later if that would be too often. */
  async #hasLostSessions(): Promise<boolean> {
    const { waitMs } = this.#removed;
    if (waitMs === 0) return this.#removed.count();
    clearTimeout(this.#countingLater);
    this.#countingLater = setTimeout(() => this.#look(), waitMs).unref();
    return false;
  }

  async #place(ids: readonly string[], listSeq = 0): Promise<void> {
    for (const id of ids) {
      const seqs = await this.#database.write((trx) => giveSeqsToStrays(trx, { id, listSeq }));
      if (seqs) this.#writer.tell(id, seqs, undefined);
    }
  }
}

const none: StrayMarks = { messageId: 0, sessionRow: 0, listSeq: 0 };

function isBehind({ seq, deleted, last_seq }: Stand): boolean {
  return deleted === 0 && seq < last_seq;
}

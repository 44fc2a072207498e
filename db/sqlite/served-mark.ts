import type { Database } from "better-sqlite3";
import type { Run } from "./begin-run.ts";
import type { FileIdentity } from "./file-identity.ts";
import { prepareIdentity } from "./file-identity.ts";
import type { Mark } from "./mark-beside.ts";
import { writeMark } from "./mark-beside.ts";
import { isSameLog, readLogNumber } from "./write-ahead-log.ts";

/** How often the mark is written while there are commits, at most. */
const markIntervalMs = 250;

/**
 * Keeps the mark beside a file up to date while a run serves it. At the first commit after a while without any it says that
 * there are more than it names; every 250 ms from then on it names those that there were, until there are no more. It is
 * not synced: no commit waits for it.
 */
export class ServedMark {
  readonly #file: string;
  readonly #run: Run;
  readonly #reader: Database;
  readonly #readIdentity: () => FileIdentity;
  readonly #onClosedByAnother: () => void;
  #mark: Mark;
  #timer: NodeJS.Timeout | undefined;
  #isBehind = false;

  /**
   * @param reader a connection that sees what is committed only
   * @param onClosedByAnother is called when another process, which had the file open too, has marked it as closed
   */
  constructor(
    { file, run, reader }: { file: string; run: Run; reader: Database },
    onClosedByAnother: () => void,
  ) {
    this.#file = file;
    this.#run = run;
    this.#mark = run.mark;
    this.#reader = reader;
    this.#readIdentity = prepareIdentity(reader);
    this.#onClosedByAnother = onClosedByAnother;
  }

  /** The positions that were served, as far as they were noted. */
  get served(): Mark {
    return this.#mark;
  }

  /** Call it after a commit, before anyone is told of what was committed. */
  noteCommit(): void {
    if (this.#timer) {
      this.#isBehind = true;
      return;
    }
    // The commit itself is not named yet: a power failure may leave the mark and take the commit.
    this.#mark = { ...this.#mark, isSettled: false, isClosed: false };
    writeMark(this.#file, this.#mark);
    this.#startTimer();
  }

  /** Writes it for the last time. */
  close(): void {
    clearTimeout(this.#timer);
    this.#catchUp(true);
  }

  #startTimer(): void {
    this.#timer = setTimeout(() => this.#onTimer(), markIntervalMs).unref();
  }

  #onTimer(): void {
    // In a transaction the connection sees what was when that began.
    const isSettled = !this.#isBehind && !this.#reader.inTransaction;
    this.#timer = undefined;
    this.#isBehind = false;
    if (!isSettled) this.#startTimer();
    if (this.#catchUp(isSettled)?.isClosed) this.#onClosedByAnother();
  }

  /** @returns what the file says; undefined if it cannot be read now. */
  #catchUp(isSettled: boolean): FileIdentity | undefined {
    try {
      const identity = this.#readIdentity();
      this.#mark = this.#markOf(identity, isSettled);
      writeMark(this.#file, this.#mark);
      return identity;
    } catch {
      return undefined;
    }
  }

  #markOf({ run, listSeq, messageId, isClosed }: FileIdentity, isSettled: boolean): Mark {
    const { runs } = this.#run.mark;
    // A tool that writes a backup into the file takes the ids back that were given.
    const lastId = Math.max(messageId, this.#mark.messageId);
    const served = { listSeq, messageId: lastId, isSettled, isClosed };
    if (runs.includes(run)) return { runs, log: this.#readLog(), ...served };
    // Another process has opened the file since. Without the log the file may still name the run before.
    return { runs: [...runs, run], ...served };
  }

  /** A log that has taken the place of the run's own does not count. */
  #readLog(): number | undefined {
    const before = this.#mark.log;
    const now = readLogNumber(this.#file);
    if (before === undefined || now === undefined) return before;
    return isSameLog(before, now) ? now : before;
  }
}

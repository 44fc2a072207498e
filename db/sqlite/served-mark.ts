import type { Database } from "better-sqlite3";
import type { Run } from "./begin-run.ts";
import type { FileIdentity } from "./file-identity.ts";
import { prepareIdentity } from "./file-identity.ts";
import type { Mark } from "./mark-beside.ts";
import { writeMark } from "./mark-beside.ts";
import { isSameLog, readLogNumber } from "./write-ahead-log.ts";

/** The shortest interval between two writes of the mark while there are commits, in milliseconds. */
const markIntervalMs = 250;

/**
 * Keeps the mark beside a file up to date while a run serves the file. At the first commit after a quiet period the
 * mark records that there are more commits than it names. From then on it names the latest commits every 250 ms, until
 * there are no more. It is not synced: no commit waits for it.
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
   * @param reader a connection that sees only committed data
   * @param onClosedByAnother called when another process, which had the file open too, has marked it as closed
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

  /** The state that was served, as last recorded. */
  get served(): Mark {
    return this.#mark;
  }

  /** Call it after a commit, before the commit is published. */
  noteCommit(): void {
    if (this.#timer) {
      this.#isBehind = true;
      return;
    }
    // The mark does not include this commit yet: a power failure may keep the mark and lose the commit.
    this.#mark = { ...this.#mark, isSettled: false, isClosed: false };
    writeMark(this.#file, this.#mark);
    this.#startTimer();
  }

  /** Writes the mark for the last time. */
  close(): void {
    clearTimeout(this.#timer);
    this.#catchUp(true);
  }

  #startTimer(): void {
    this.#timer = setTimeout(() => this.#onTimer(), markIntervalMs).unref();
  }

  #onTimer(): void {
    // During a transaction the connection sees the state at the transaction's start.
    const isSettled = !this.#isBehind && !this.#reader.inTransaction;
    this.#timer = undefined;
    this.#isBehind = false;
    if (!isSettled) this.#startTimer();
    if (this.#catchUp(isSettled)?.isClosed) this.#onClosedByAnother();
  }

  /** @returns the identity in the file; undefined if it cannot be read now. */
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
    // A tool that writes a backup into the file lowers its last message id.
    const lastId = Math.max(messageId, this.#mark.messageId);
    const served = { listSeq, messageId: lastId, isSettled, isClosed };
    if (runs.includes(run)) return { runs, log: this.#readLog(), ...served };
    // Another process has opened the file since. Without the log the file may still name the previous run.
    return { runs: [...runs, run], ...served };
  }

  /** The number of the run's log. A log that has replaced the run's own is ignored. */
  #readLog(): number | undefined {
    const before = this.#mark.log;
    const now = readLogNumber(this.#file);
    if (before === undefined || now === undefined) return before;
    return isSameLog(before, now) ? now : before;
  }
}

import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { codeOf } from "../file-error.ts";
import type { Mark } from "../mark-beside.ts";
import { realPathOf } from "../mark-beside.ts";
import type { FileAlone, FileHistory } from "./read-alone.ts";
import { isHeld, readAlone, readWithLog } from "./read-alone.ts";
import { hasLog, isSameLog, readLogNumber } from "../write-ahead-log.ts";

/**
 * Moves aside a write-ahead log and a rollback journal that belong to another file than the one beside them: SQLite
 * would write them over that file. Call it before SQLite opens the file.
 *
 * @returns their new paths
 */
export function putLeftOversAside(file: string, mark: Mark | undefined): string[] {
  const hasJournal = hasHotJournal(file);
  const hadLog = hasLog(file);
  if (!hasJournal && !hadLog) return [];
  // Before the file is read: another process may begin the file's own log at any time.
  const log = readLogNumber(file);
  const alone = readAlone(file);
  if (!alone) return [];
  const isLogOthers = hadLog && isOthersLog(file, { mark, log, alone });
  const isJournalOthers = hasJournal && isOthersJournal(alone);
  // Asked last: a server that takes over at this moment changes the mark, the file and the log one after the other, and
  // what was read before may be of two moments.
  if ((!isLogOthers && !isJournalOthers) || isHeld(file)) return [];
  const aside: (string | undefined)[] = [];
  if (isLogOthers && readLogNumber(file) === log) {
    aside.push(putAside(file, "-wal", log?.toString(16).padStart(8, "0") ?? "torn"));
  }
  if (isJournalOthers && hasHotJournal(file)) aside.push(putAside(file, "-journal", "hot"));
  return aside.filter((path) => path !== undefined);
}

type LogBeside = { mark: Mark | undefined; log: number | undefined; alone: FileAlone };

function isOthersLog(file: string, { mark, log, alone }: LogBeside): boolean {
  const { history, isInLogMode } = alone;
  // Before a log begins, the file's header on disk records log mode. A backup's header does not.
  if (!isInLogMode) return true;
  if (mark?.log !== undefined && log !== undefined && isSameLog(mark.log, log)) {
    // The mark names a log only once the file names the run, and is no longer a backup.
    return !mark.runs.includes(history?.run ?? "") || history?.isCopy === true;
  }
  const shouldHaveNone = history !== undefined && (history.isClosed || history.isCopy);
  if (!history || !(shouldHaveNone || mark?.log !== undefined)) return false;
  // The whole file is read next, which a start beside a running server need not wait for.
  return !isHeld(file) && !goesOnFrom(history, readWithLog(file), mark);
}

/**
 * Whether a log that the mark does not name can belong to the file: a run that was killed while it began has written
 * it, or a tool that opened the file after the server.
 */
function goesOnFrom(alone: FileHistory, withLog: FileHistory | undefined, mark: Mark | undefined): boolean {
  if (!withLog) return false;
  if (mark?.runs.includes(withLog.run) && withLog.run !== alone.run) return true;
  const { epoch, listSeq, messageId } = withLog;
  if (epoch !== alone.epoch || listSeq < alone.listSeq || messageId < alone.messageId) return false;
  // A log has only the changed pages, and may replace all pages but those of the history.
  const common = [...alone.oldest].filter(([ordinal]) => withLog.oldest.has(ordinal));
  if (common.some(([ordinal, session]) => withLog.oldest.get(ordinal) !== session)) return false;
  // The mark names two runs while one takes over from the other. The new run may have written the log.
  const mayHaveLog = !alone.isClosed || mark?.log === undefined || mark.runs.length > 1;
  return common.length > 0 || mayHaveLog;
}

/**
 * A file in log mode has no rollback journal of its own. A journal beside a backup belongs to the file that was there
 * before.
 */
function isOthersJournal({ isInLogMode, history }: FileAlone): boolean {
  return history !== undefined && (isInLogMode || history.isCopy);
}

/** Whether SQLite would write the rollback journal into the file. SQLite ignores a journal whose first byte is zero. */
function hasHotJournal(file: string): boolean {
  const path = `${realPathOf(file)}-journal`;
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  let handle: number | undefined;
  try {
    handle = openSync(path, "r");
    const first = Buffer.alloc(1);
    return readSync(handle, first, 0, 1, 0) === 1 && first[0] !== 0;
  } catch (error) {
    // The journal belonged to a transaction of another process, which has ended.
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function putAside(file: string, ending: "-wal" | "-journal", name: string): string | undefined {
  const beginning = `${realPathOf(file)}.left-over-${name}`;
  const names = ["", ...Array.from({ length: 98 }, (_, index) => `-${index + 2}`)];
  const free = names.find((each) => !existsSync(`${beginning}${each}${ending}`)) ?? `-${process.pid}`;
  const path = `${beginning}${free}${ending}`;
  try {
    renameSync(realPathOf(file) + ending, path);
    return path;
  } catch (error) {
    // Another starting process has moved it.
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

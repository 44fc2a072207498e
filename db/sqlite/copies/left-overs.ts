import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { codeOf } from "../file-error.ts";
import type { Mark } from "../mark-beside.ts";
import { realPathOf } from "../mark-beside.ts";
import type { FileAlone, FileHistory } from "./read-alone.ts";
import { readAlone, readWithLog } from "./read-alone.ts";
import { hasLog, isSameLog, readLogNumber } from "../write-ahead-log.ts";

/**
 * Puts a write-ahead log and a rollback journal aside that belong to another file than the one beside them: SQLite would
 * write them over that file. Call it before SQLite opens the file.
 *
 * @returns the paths that they have now
 */
export function putLeftOversAside(file: string, mark: Mark | undefined): string[] {
  const hasJournal = hasHotJournal(file);
  const hadLog = hasLog(file);
  if (!hasJournal && !hadLog) return [];
  // Before the file is read: another process may begin a log of the file's own at any time.
  const log = readLogNumber(file);
  const alone = readAlone(file);
  if (!alone) return [];
  const aside: (string | undefined)[] = [];
  if (hadLog && isOthersLog(file, { mark, log, alone }) && readLogNumber(file) === log) {
    aside.push(putAside(file, "-wal", log?.toString(16).padStart(8, "0") ?? "torn"));
  }
  if (hasJournal && isOthersJournal(alone) && hasHotJournal(file)) {
    aside.push(putAside(file, "-journal", "hot"));
  }
  return aside.filter((path) => path !== undefined);
}

type LogBeside = { mark: Mark | undefined; log: number | undefined; alone: FileAlone };

function isOthersLog(file: string, { mark, log, alone }: LogBeside): boolean {
  const { history, isInLogMode, isHeld } = alone;
  // The header says it on disk before a log begins. A backup's does not.
  if (!isInLogMode) return true;
  if (mark?.log !== undefined && log !== undefined && isSameLog(mark.log, log)) {
    // The mark has the name once the file has the run, and is no backup any more.
    return !mark.runs.includes(history?.run ?? "") || history?.isCopy === true;
  }
  const shouldHaveNone = history !== undefined && (history.isClosed || history.isCopy);
  if (!history || isHeld || !(shouldHaveNone || mark?.log !== undefined)) return false;
  return !goesOnFrom(history, readWithLog(file), mark);
}

/**
 * Whether a log that nothing names can be the file's own: a run that was killed as it began has written it, or a tool that
 * opened the file after the server.
 */
function goesOnFrom(alone: FileHistory, withLog: FileHistory | undefined, mark: Mark | undefined): boolean {
  if (!withLog) return false;
  if (mark?.runs.includes(withLog.run) && withLog.run !== alone.run) return true;
  const { epoch, listSeq, messageId } = withLog;
  if (epoch !== alone.epoch || listSeq < alone.listSeq || messageId < alone.messageId) return false;
  // A log has the pages that were changed alone, and may replace all but the history.
  const common = [...alone.oldest].filter(([ordinal]) => withLog.oldest.has(ordinal));
  if (common.some(([ordinal, session]) => withLog.oldest.get(ordinal) !== session)) return false;
  // Two runs are in the mark while one takes over, which may have written the log.
  const mayHaveLog = !alone.isClosed || mark?.log === undefined || mark.runs.length > 1;
  return common.length > 0 || mayHaveLog;
}

/** A file in log mode has no journal of its own. One of a backup is that of the file which was there before. */
function isOthersJournal({ isInLogMode, isHeld, history }: FileAlone): boolean {
  return !isHeld && history !== undefined && (isInLogMode || history.isCopy);
}

/** Whether SQLite would write a rollback journal into the file: it leaves one alone whose first byte is zero. */
function hasHotJournal(file: string): boolean {
  const path = `${realPathOf(file)}-journal`;
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  let handle: number | undefined;
  try {
    handle = openSync(path, "r");
    const first = Buffer.alloc(1);
    return readSync(handle, first, 0, 1, 0) === 1 && first[0] !== 0;
  } catch (error) {
    // It was a transaction's of another process, which has ended.
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
    // Another process that starts has done it.
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

import { linkSync, renameSync, rmSync } from "node:fs";
import SqliteFile from "better-sqlite3";
import { readRun } from "./file-identity.ts";
import type { Mark } from "./mark-beside.ts";
import { realPathOf } from "./mark-beside.ts";
import { isSameLog, logPathOf, readLogNumber } from "./write-ahead-log.ts";

/**
 * Puts a write-ahead log aside that belongs to another file than the one beside it: SQLite would write it over that file.
 * That is sure where the mark says that the log is a run's, and does not name the run that the file itself names.
 *
 * @returns the path that the log has now; undefined where the log is not known to be another file's
 */
export function putLeftOverLogAside(file: string, mark: Mark | undefined): string | undefined {
  const log = readLogNumber(file);
  if (mark?.log === undefined || log === undefined || !isSameLog(mark.log, log)) return undefined;
  const run = readRunWithoutLog(file);
  if (run === undefined || mark.runs.includes(run)) return undefined;
  const path = `${realPathOf(file)}.left-over-${log.toString(16).padStart(8, "0")}-wal`;
  renameSync(logPathOf(file), path);
  return path;
}

/** SQLite looks for the log by the name of the file, so under a second name the file is read as it is without the log. */
function readRunWithoutLog(file: string): string | undefined {
  const secondName = `${realPathOf(file)}.without-log`;
  try {
    removeWithCompanions(secondName);
    linkSync(realPathOf(file), secondName);
    const database = new SqliteFile(secondName);
    try {
      return readRun(database);
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  } finally {
    removeWithCompanions(secondName);
  }
}

function removeWithCompanions(path: string): void {
  for (const companion of ["", "-wal", "-shm"]) rmSync(`${path}${companion}`, { force: true });
}

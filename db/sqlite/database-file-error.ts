import { resolve } from "node:path";
import { SqliteError } from "better-sqlite3";
import { ForeignDatabaseError, NewerDatabaseError } from "./migrate.ts";
import { isForLackOfRoom } from "./disk-room.ts";

/** The database file cannot be used. The message names the setting, the file, the fault and the remedy. */
export class DatabaseFileError extends Error {
  override readonly name = "DatabaseFileError";

  /** @param fault comes after the name of the file: the fault, a colon, and the remedy. */
  constructor(file: string, fault: string, options?: ErrorOptions) {
    super(`DATABASE_URL names ${resolve(file)}, ${fault}.`, options);
  }
}

/** Keyed by the beginning of SQLite's code, which replaces the word CODE. */
const faults: [code: string, fault: string][] = [
  ["SQLITE_NOTADB", "which is no SQLite database: name another file"],
  ["SQLITE_CORRUPT", "which is damaged: put a backup in its place"],
  ["SQLITE_BUSY", "which another process keeps locked: end that process, or its transaction"],
  ["SQLITE_FULL", "and its disk is full: make room"],
  ["SQLITE_READONLY", "which cannot be written: let this user write the file and its folder"],
  ["SQLITE_CANTOPEN", "which cannot be opened: let this user write the file and its folder"],
  ["SQLITE_IOERR", "which the disk does not read or write as it should (CODE): look into the system's log"],
];

/**
 * Explains in a sentence why a file could not be opened. An error that does not concern the file is returned unchanged.
 */
export function toDatabaseFileError(error: unknown, file: string): unknown {
  if (error instanceof ForeignDatabaseError || error instanceof NewerDatabaseError) {
    error.message = `${resolve(file)}: ${error.message}`;
    return error;
  }
  if (!(error instanceof SqliteError)) return error;
  const known = isForLackOfRoom(error.code, file) ? "SQLITE_FULL" : error.code;
  const [, fault] = faults.find(([code]) => known.startsWith(code)) ?? [];
  const said = fault?.replace("CODE", error.code) ?? `and SQLite says "${error.message}"`;
  return new DatabaseFileError(file, said, { cause: error });
}

import { accessSync, constants, existsSync } from "node:fs";
import SqliteFile from "better-sqlite3";

/** The time for which a statement waits for another process's lock, in milliseconds. */
const busyTimeoutMs = 5000;

/**
 * A connection for reading that leaves the file and its write-ahead log unchanged, whether or not a server has the file
 * open.
 *
 * The last connection that closes checkpoints the log into the file and removes it, unless that connection is
 * read-only: a read-only one leaves the log, and creates a log if there was none. So a file with a log is opened
 * read-only, and a file without one is not.
 *
 * @throws {SqliteError} if the file cannot be opened.
 */
export function openUnchanged(file: string): SqliteFile.Database {
  const readonly = existsSync(`${file}-wal`) || !isWritable(file);
  return new SqliteFile(file, { readonly, fileMustExist: true, timeout: busyTimeoutMs });
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

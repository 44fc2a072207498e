import { accessSync, constants, existsSync } from "node:fs";
import SqliteFile from "better-sqlite3";

/** How long a statement waits for another process's lock, in milliseconds. */
const busyTimeoutMs = 5000;

/**
 * A connection for reading that leaves the file and its write-ahead log as they are, whether a server has the file or not.
 *
 * The last connection that closes takes the log into the file and removes the log, unless it is read-only: then it leaves
 * the log, and makes one where none was. So a file that has a log is opened read-only, and one that has none is not.
 *
 * @throws {SqliteError} when the file cannot be opened.
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

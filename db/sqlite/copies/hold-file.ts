import { existsSync } from "node:fs";
import SqliteFile from "better-sqlite3";
import { codeOf, FileError, toFileError } from "../file-error.ts";
import { readLastMessageId } from "../file-identity.ts";
import { whyNoDatabase } from "../file-kind.ts";
import { findOpeners } from "./file-openers.ts";

/** A database that is locked against every other program. */
type HeldFile = {
  /** The last message id that the file has issued; 0 if unreadable. */
  lastMessageId(): number;
  /** Checkpoints the log into the file. @returns whether the file is complete without companions */
  settle(): boolean;
  release(): void;
};

/**
 * Locks a file against every other program until it is released, or this process ends. Each connection to a database
 * with a write-ahead log holds a shared lock on the file as long as it is open, even if its process is idle or frozen.
 * The exclusive lock taken here detects such connections. On Linux every other process that has the file open counts
 * too.
 *
 * A file that is missing, or that is no longer a database, cannot be locked.
 *
 * @throws {FileError} if another program has the file open, or it cannot be opened.
 */
export function holdFile(file: string): HeldFile {
  if (!existsSync(file)) return unlockable;
  refuseOpeners(file);
  // SQLite would remove the log of a file that is empty or not a database.
  if (whyNoDatabase(file) !== undefined) return unlockable;
  const doing = `take over ${file}`;
  let database: SqliteFile.Database;
  try {
    database = new SqliteFile(file, { fileMustExist: true, timeout: 0 });
  } catch (error) {
    throw toFileError(error, doing);
  }
  try {
    database.pragma("locking_mode = exclusive");
    database.exec("begin exclusive; commit");
  } catch (error) {
    database.close();
    if (codeOf(error).startsWith("SQLITE_BUSY")) throw inUse(file, "another program");
    if (!isDamage(error)) throw toFileError(error, doing);
    return unlockable;
  }
  return {
    lastMessageId: () => idOrNothing(database),
    settle: () => settle(database),
    release: () => database.close(),
  };
}

const unlockable: HeldFile = { lastMessageId: () => 0, settle: () => false, release: () => undefined };

/** Another program's file has no such table. */
function idOrNothing(database: SqliteFile.Database): number {
  try {
    return readLastMessageId(database);
  } catch {
    return 0;
  }
}

/**
 * Leaves log mode. SQLite removes the log by its name when the connection closes, and by then a log of that name may
 * belong to another database.
 */
function settle(database: SqliteFile.Database): boolean {
  try {
    return database.pragma("journal_mode = memory", { simple: true }) === "memory";
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

function isDamage(error: unknown): boolean {
  return /^SQLITE_(?:NOTADB|CORRUPT)/.test(codeOf(error));
}

function refuseOpeners(file: string): void {
  const openers = findOpeners(file);
  if (openers.length === 0) return;
  throw inUse(file, openers.map(({ pid, name }) => `process ${pid} (${name})`).join(", "));
}

function inUse(file: string, by: string): FileError {
  return new FileError(
    `${file} is in use by ${by}. Stop that first, such as the server. Nothing was changed.`,
  );
}

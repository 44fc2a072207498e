import { linkSync } from "node:fs";
import SqliteFile from "better-sqlite3";
import { isLocked } from "../database-errors.ts";
import { removeDatabase } from "../durable-files.ts";
import type { FileIdentity } from "../file-identity.ts";
import { hasIdentity, prepareIdentity } from "../file-identity.ts";
import { realPathOf } from "../mark-beside.ts";
import { logPathOf } from "../write-ahead-log.ts";

/** The identity of a file, with the marks that tell its history from any other. */
export type FileHistory = FileIdentity & {
  epoch: string;
  /** When its oldest sessions were made, and their ids, by the number that each got. */
  oldest: ReadonlyMap<number, string>;
};

/** How many of the oldest sessions are compared. */
const oldestCount = 100;

/** A database file without what lies beside it. */
export type FileAlone = {
  /** Whether its header says that it has a write-ahead log. */
  isInLogMode: boolean;
  /** Whether another connection has it open, be it idle. */
  isHeld: boolean;
  /** Undefined where it is another program's, the original backend's or an older version's. */
  history: FileHistory | undefined;
};

/**
 * Reads a database file as it is without its log and its rollback journal, and leaves all of them as they are.
 *
 * @returns undefined where that cannot be read: the file is damaged, or its file system has no links
 */
export function readAlone(file: string): FileAlone | undefined {
  return underSecondName(file, "without-log", [], (name) => {
    const database = new SqliteFile(name, { timeout: 0 });
    try {
      const isInLogMode = database.pragma("journal_mode", { simple: true }) === "wal";
      return { isInLogMode, history: readHistory(database), isHeld: !takeAlone(database) };
    } finally {
      database.close();
    }
  });
}

/**
 * Reads a database file as SQLite would with the log beside it, and leaves both as they are. It reads the whole file.
 *
 * @returns undefined where the two are not one sound database
 */
export function readWithLog(file: string): FileHistory | undefined {
  return underSecondName(file, "with-log", ["-wal"], (name) => {
    // A connection that can only read does not write the log into the file when it is closed.
    const database = new SqliteFile(name, { readonly: true, timeout: 0 });
    try {
      const isSound = database.pragma("integrity_check(1)", { simple: true }) === "ok";
      return isSound ? readHistory(database) : undefined;
    } finally {
      database.close();
    }
  });
}

function readHistory(database: SqliteFile.Database): FileHistory | undefined {
  if (!hasIdentity(database)) return undefined;
  const epoch = database.prepare<[], string>("select epoch from history").pluck().get() ?? "";
  const oldest = database
    .prepare<[number], [number, string]>(
      "select ordinal, created_at || ' ' || id from chatsession order by ordinal limit ?",
    )
    .raw()
    .all(oldestCount);
  return { ...prepareIdentity(database)(), epoch, oldest: new Map(oldest) };
}

/** Each connection to a file in log mode has a lock on the file itself for as long as it is open. */
function takeAlone(database: SqliteFile.Database): boolean {
  try {
    database.pragma("locking_mode = exclusive");
    database.exec("begin exclusive; commit");
    return true;
  } catch (error) {
    if (isLocked(error)) return false;
    throw error;
  }
}

/** SQLite looks for what lies beside a file by the file's name: under a second name it sees those alone that have it too. */
function underSecondName<Value>(
  file: string,
  ending: string,
  companions: readonly "-wal"[],
  read: (name: string) => Value,
): Value | undefined {
  const name = `${realPathOf(file)}.${ending}`;
  try {
    removeDatabase(name);
    linkSync(realPathOf(file), name);
    for (const companion of companions) linkSync(logPathOf(file), name + companion);
    return read(name);
  } catch {
    return undefined;
  } finally {
    removeDatabase(name);
  }
}

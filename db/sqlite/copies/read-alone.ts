import { linkSync } from "node:fs";
import SqliteFile from "better-sqlite3";
import { removeDatabase } from "../durable-files.ts";
import type { FileIdentity } from "../file-identity.ts";
import { hasIdentity, prepareIdentity } from "../file-identity.ts";
import { realPathOf } from "../mark-beside.ts";
import { logPathOf } from "../write-ahead-log.ts";

/** The identity of a file, with the data that distinguishes its history from others. */
export type FileHistory = FileIdentity & {
  epoch: string;
  /** The ids and creation times of its oldest sessions, by the ordinal of each. */
  oldest: ReadonlyMap<number, string>;
};

/** How many of the oldest sessions are compared. */
const oldestCount = 100;

/** A database file without its companions. */
export type FileAlone = {
  /** Whether its header declares a write-ahead log. */
  isInLogMode: boolean;
  /** Undefined for a file of another program, of the original backend or of an older version. */
  history: FileHistory | undefined;
};

/**
 * Reads a database file without its log and its rollback journal, and leaves all three unchanged.
 *
 * @returns undefined if that is impossible: the file is damaged, or its file system has no hard links
 */
export function readAlone(file: string): FileAlone | undefined {
  return underSecondName(file, "without-log", [], (name) => {
    const database = new SqliteFile(name, { timeout: 0 });
    try {
      const isInLogMode = database.pragma("journal_mode", { simple: true }) === "wal";
      return { isInLogMode, history: readHistory(database) };
    } finally {
      database.close();
    }
  });
}

/**
 * Reads a database file as SQLite would with the log beside it, and leaves both unchanged. It reads the whole file.
 *
 * @returns undefined if the two are not one sound database
 */
export function readWithLog(file: string): FileHistory | undefined {
  return underSecondName(file, "with-log", ["-wal"], (name) => {
    // A read-only connection does not checkpoint the log when it closes.
    const database = new SqliteFile(name, { readonly: true, timeout: 0 });
    try {
      const isSound = database.pragma("integrity_check(1)", { simple: true }) === "ok";
      return isSound ? readHistory(database) : undefined;
    } finally {
      database.close();
    }
  });
}

/**
 * Whether another connection has the file open, even an idle one: each connection to a file in log mode holds a lock on it as long
 * as it is open. True also if that cannot be found out.
 */
export function isHeld(file: string): boolean {
  const isAlone = underSecondName(file, "held", [], (name) => {
    const database = new SqliteFile(name, { timeout: 0 });
    try {
      database.pragma("locking_mode = exclusive");
      database.exec("begin exclusive; commit");
      return true;
    } finally {
      database.close();
    }
  });
  return isAlone !== true;
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

/** SQLite finds a file's companions by the file's name. Under a second name it sees only companions with that name. */
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

import { SqliteError } from "better-sqlite3";
import { NothingStoredError } from "../statements/nothing-stored-error.ts";

/** The primary result codes of SQLite that speak of the moment, not of the statement: the same one may pass later. */
const passing = [
  "SQLITE_BUSY",
  "SQLITE_LOCKED",
  "SQLITE_FULL",
  "SQLITE_IOERR",
  "SQLITE_CANTOPEN",
  "SQLITE_READONLY",
];

/**
 * The paths of the database do not name the files that are open any more: they were removed, moved or replaced under the
 * running server. Nothing is written to them, since nobody would find it after a restart.
 */
export class DatabaseMovedError extends Error {
  override readonly name = "DatabaseMovedError";
  /** Names the file and what has happened to it. */
  readonly fault: string;

  constructor(fault: string) {
    super(
      `${fault}: nothing is written until the files that are open are back in their place, or the server is started anew. ` +
        "Reading goes on.",
    );
    this.fault = fault;
  }
}

/** Whether the database could not be used (locked by another process, disk full, disk failing), whatever was asked of it. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return error instanceof SqliteError && passing.some((code) => error.code.startsWith(code));
}

/** How SQLite begins to say that a trigger or a view cannot be run, as what it names is missing or of another form. */
const brokenTrigger =
  /^(?:no such (?!table: (?:main[.])?(?:message|chatsession|history)$)|error in |ambiguous column|cannot modify |too many levels of trigger)|has no column named|values were supplied|values for \d+ columns/;

/**
 * SQLite's reason where another program's table, index, trigger or row in the file forbids a write; undefined for any
 * other error. The product's own writes break no rule of its own tables.
 */
export function whyForbidden(error: unknown): string | undefined {
  if (error instanceof NothingStoredError) return "a trigger leaves out what was to be stored or removed";
  if (!(error instanceof SqliteError)) return undefined;
  const { code, message } = error;
  const isForbidden =
    code.startsWith("SQLITE_CONSTRAINT") ||
    message.startsWith("foreign key mismatch") ||
    (code === "SQLITE_ERROR" && brokenTrigger.test(message));
  return isForbidden ? message : undefined;
}

/** Whether a row was not stored because another has its place. */
export function isSeqTaken(error: unknown): boolean {
  return error instanceof SqliteError && error.code === "SQLITE_CONSTRAINT_UNIQUE";
}

/** Whether another connection had the lock. */
export function isLocked(error: unknown): boolean {
  return error instanceof SqliteError && error.code.startsWith("SQLITE_BUSY");
}

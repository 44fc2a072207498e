import { SqliteError } from "better-sqlite3";
import { NothingStoredError } from "../statements/nothing-stored-error.ts";

/**
 * SQLite's primary result codes that depend on the moment and not on the statement: the same statement may succeed
 * later.
 */
const passing = [
  "SQLITE_BUSY",
  "SQLITE_LOCKED",
  "SQLITE_FULL",
  "SQLITE_IOERR",
  "SQLITE_CANTOPEN",
  "SQLITE_READONLY",
];

/**
 * The paths of the database no longer name the open files: these were removed, moved or replaced while the server runs.
 * Nothing is written to them, since nobody would find the writes after a restart.
 */
export class DatabaseMovedError extends Error {
  override readonly name = "DatabaseMovedError";
  /** Names the file and what happened to it. */
  readonly fault: string;

  constructor(fault: string) {
    super(
      `${fault}: nothing is written until the files that are open are back in their place, or the server is started anew. ` +
        "Reading goes on.",
    );
    this.fault = fault;
  }
}

/**
 * Whether the database was unusable (locked by another process, disk full, disk failing), whatever the statement was.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  return error instanceof SqliteError && passing.some((code) => error.code.startsWith(code));
}

/**
 * The beginning of SQLite's message for a trigger or view that cannot run, since something that it names is missing or
 * changed.
 */
const brokenTrigger =
  /^(?:no such (?!table: (?:main[.])?(?:message|chatsession|history)$)|error in |ambiguous column|cannot modify |too many levels of trigger)|has no column named|values were supplied|values for \d+ columns/;

/**
 * SQLite's reason if another program's table, index, trigger or row in the file forbids a write; undefined for any
 * other error. The product's own writes never break the rules of its own tables.
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

/** Whether a row was not stored because another row has its `seq`. */
export function isSeqTaken(error: unknown): boolean {
  return error instanceof SqliteError && error.code === "SQLITE_CONSTRAINT_UNIQUE";
}

/** Whether another connection held the lock. */
export function isLocked(error: unknown): boolean {
  return error instanceof SqliteError && error.code.startsWith("SQLITE_BUSY");
}

import { SqliteError } from "better-sqlite3";

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
 * running server. What is written to them cannot be found after a restart, so nothing is.
 */
export class DatabaseMovedError extends Error {
  override readonly name = "DatabaseMovedError";
  /** What has happened to which file. */
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

/**
 * What SQLite says where another program's table or trigger in the file forbids what was asked; undefined for any other error.
 */
export function whyForbidden(error: unknown): string | undefined {
  if (!(error instanceof SqliteError)) return undefined;
  const { code, message } = error;
  const isForbidden =
    code === "SQLITE_CONSTRAINT_FOREIGNKEY" ||
    code === "SQLITE_CONSTRAINT_TRIGGER" ||
    message.startsWith("foreign key mismatch") ||
    // Of a reference that is set to null or to a default when what it refers to is deleted.
    (code === "SQLITE_CONSTRAINT_NOTNULL" && !/: (?:message|chatsession|history)[.]/.test(message));
  return isForbidden ? message : undefined;
}

/** Whether a row was not stored because another has its place. */
export function isPlaceTaken(error: unknown): boolean {
  return error instanceof SqliteError && error.code === "SQLITE_CONSTRAINT_UNIQUE";
}

/** Whether another connection had the lock. */
export function isLocked(error: unknown): boolean {
  return error instanceof SqliteError && error.code.startsWith("SQLITE_BUSY");
}

import SqliteFile from "better-sqlite3";
import type { FilePlace } from "./file-place.ts";
import { SqliteStatements } from "./sqlite-statements.ts";
import type { WriteTransaction } from "./write-transaction.ts";
import { writeTransactions } from "./write-transaction.ts";

type WriterOptions = {
  file: string;
  synchronous: "full" | "normal";
  /**
   * The time for which a statement waits for another process's write lock before it fails with SQLITE_BUSY, in
   * milliseconds.
   */
  busyTimeoutMs: number;
  /** Whether a missing file is an error. By default the file is created. */
  mustExist?: boolean;
};

/** A connection, its transactions, and the executor of the statements in them. */
type WriterConnection = {
  file: SqliteFile.Database;
  transaction: WriteTransaction;
  statements: SqliteStatements;
  /** A number that changes when any other connection has committed. Not within a transaction. */
  readDataVersion(): number;
};

/** A connection for writing, with the settings that all of them have. */
export function openForWriting(options: WriterOptions): SqliteFile.Database {
  const { file, synchronous, busyTimeoutMs, mustExist = false } = options;
  const database = new SqliteFile(file, { timeout: busyTimeoutMs, fileMustExist: mustExist });
  database.pragma(`synchronous = ${synchronous}`);
  database.pragma("foreign_keys = ON");
  database.pragma("journal_size_limit = 67108864");
  return database;
}

/**
 * The one connection that writes. A connection whose commit failed is not used again: after a failed sync the system
 * may forget the data that it could not write, and report the next sync of the same file handle as successful.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #place: FilePlace;
  #connection: WriterConnection | undefined;

  /**
   * @param place the paths of the written files. They must name the same files after the first connection was
   *   discarded.
   */
  constructor(options: WriterOptions, place: FilePlace) {
    this.#options = options;
    this.#place = place;
  }

  /**
   * @throws {SqliteError} if the file cannot be opened
   * @throws {DatabaseMovedError} while the files are not at their paths
   */
  get connection(): WriterConnection {
    if (this.#place.refusal) this.#place.assertAll();
    return (this.#connection ??= this.#open());
  }

  /** @throws {DatabaseMovedError} if the commit went to files that are not at their paths */
  assertInPlace(): void {
    this.#place.assertCommitted();
  }

  /**
   * Checkpoints as much of the log as possible: the log may be removed while the file is still there, or the file while
   * the log is.
   */
  saveLog(): void {
    const file = this.#connection?.file;
    if (!file || file.inTransaction) return;
    try {
      file.pragma("main.wal_checkpoint(TRUNCATE)");
    } catch {
      // Writers get an error for new writes. Nothing more can be done for their earlier writes.
    }
  }

  /** Closes the connection. The next write opens the file again. */
  discard(): void {
    const failed = this.#connection;
    this.#connection = undefined;
    try {
      failed?.file.close();
    } catch {
      // Uncommitted writes are lost with the connection, and their writers get an error.
    }
  }

  /**
   * Runs a statement with its own commit. The process blocks until it has the lock.
   *
   * @throws {DatabaseMovedError} if no connection is open and the files are not at their paths
   */
  executeNow(statement: string): void {
    this.#openPatiently().exec(statement);
  }

  /** Checkpoints the write-ahead log into the file, and truncates the log if no other process reads it. */
  checkpoint(): void {
    // Without the name SQLite checkpoints the temporary database too, which reports a lock after an adoption.
    this.#openPatiently().pragma("main.wal_checkpoint(TRUNCATE)");
  }

  /** Checkpoints the write-ahead log into the file and closes it. */
  close(): void {
    if (this.#place.refusal && !this.#connection) return;
    this.checkpoint();
    this.#connection?.file.close();
  }

  /** For callers that have no other work meanwhile. */
  #openPatiently(): SqliteFile.Database {
    const { file } = (this.#connection ??= this.#open());
    file.pragma(`busy_timeout = ${this.#options.busyTimeoutMs}`);
    return file;
  }

  /** No call waits within SQLite: the process answers other requests meanwhile. */
  #open(): WriterConnection {
    this.#place.assertAll();
    const file = openForWriting({ ...this.#options, mustExist: true });
    file.pragma("busy_timeout = 0");
    const dataVersion = file.prepare<[], number>("pragma data_version").pluck();
    try {
      // This opens the log too.
      dataVersion.get();
      this.#place.assertAll();
    } catch (error) {
      file.close();
      throw error;
    }
    return {
      file,
      readDataVersion: () => dataVersion.get() ?? 0,
      transaction: writeTransactions(file, this.#options.busyTimeoutMs),
      statements: new SqliteStatements(file),
    };
  }
}

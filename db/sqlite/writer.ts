import SqliteFile from "better-sqlite3";
import type { FilePlace } from "./file-place.ts";
import { SqliteStatements } from "./sqlite-statements.ts";
import type { WriteTransaction } from "./write-transaction.ts";
import { writeTransactions } from "./write-transaction.ts";

type WriterOptions = {
  file: string;
  synchronous: "full" | "normal";
  /** How long a statement waits for another process's write lock before it fails with SQLITE_BUSY, in milliseconds. */
  busyTimeoutMs: number;
  /** Whether a file that is missing is an error. By default it is made. */
  mustExist?: boolean;
};

/** A connection with its transactions, and what the statements within them run on. */
type WriterConnection = {
  file: SqliteFile.Database;
  transaction: WriteTransaction;
  statements: SqliteStatements;
  /** A number that changes when any other connection has committed. Not within a transaction. */
  readDataVersion(): number;
};

/** A connection that may write, set up as all of them are. */
export function openForWriting(options: WriterOptions): SqliteFile.Database {
  const { file, synchronous, busyTimeoutMs, mustExist = false } = options;
  const database = new SqliteFile(file, { timeout: busyTimeoutMs, fileMustExist: mustExist });
  database.pragma(`synchronous = ${synchronous}`);
  database.pragma("foreign_keys = ON");
  database.pragma("journal_size_limit = 67108864");
  return database;
}

/**
 * The one connection that writes. One whose commit failed is not used again: after a failed sync the system may forget
 * what it could not write, and report the next sync of the same file handle as done.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #place: FilePlace;
  #connection: WriterConnection | undefined;

  /** `place`: of the files that are written, which must not be others after the first connection was discarded. */
  constructor(options: WriterOptions, place: FilePlace) {
    this.#options = options;
    this.#place = place;
  }

  /**
   * @throws {SqliteError} when the file cannot be opened
   * @throws {DatabaseMovedError} while the files are not in their place
   */
  get connection(): WriterConnection {
    if (this.#place.refusal) this.#place.assertAll();
    return (this.#connection ??= this.#open());
  }

  /** @throws {DatabaseMovedError} when what was committed went to files that are not in their place. */
  assertInPlace(): void {
    this.#place.assertCommitted();
  }

  /** Writes the log into the file, as far as that goes: the one may be gone, and the other not. */
  saveLog(): void {
    const file = this.#connection?.file;
    if (!file || file.inTransaction) return;
    try {
      file.pragma("main.wal_checkpoint(TRUNCATE)");
    } catch {
      // Writers are told that they cannot write. Nothing more can be done for their earlier writes.
    }
  }

  /** The next write opens the file anew. */
  discard(): void {
    const failed = this.#connection;
    this.#connection = undefined;
    try {
      failed?.file.close();
    } catch {
      // Its uncommitted writes are lost with it, and their writers are told so.
    }
  }

  /**
   * Runs a statement with a commit of its own. The process waits for the lock as long as it may take.
   *
   * @throws {DatabaseMovedError} where the files are not in their place, and none are open
   */
  executeNow(statement: string): void {
    this.#openPatiently().exec(statement);
  }

  /** Takes the write-ahead log into the file, and makes it empty where no other process reads it. */
  checkpoint(): void {
    // Without the name it takes in the temporary database too, which after an adoption says that it is locked.
    this.#openPatiently().pragma("main.wal_checkpoint(TRUNCATE)");
  }

  /** Checkpoints the write-ahead log into the file and closes it. */
  close(): void {
    if (this.#place.refusal && !this.#connection) return;
    this.checkpoint();
    this.#connection?.file.close();
  }

  /** For those who have nothing else to do meanwhile. */
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

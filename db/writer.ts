import SqliteFile from "better-sqlite3";
import { SqliteStatements } from "./sqlite-statements.ts";
import type { WriteTransaction } from "./write-transaction.ts";
import { writeTransactions } from "./write-transaction.ts";

export type WriterOptions = {
  file: string;
  synchronous: "full" | "normal";
  /** How long a statement waits for another process's write lock before it fails with SQLITE_BUSY, in milliseconds. */
  busyTimeoutMs: number;
};

/** A connection with its transactions, and what the statements within them run on. */
export type WriterConnection = {
  file: SqliteFile.Database;
  transaction: WriteTransaction;
  statements: SqliteStatements;
};

/** A connection that may write, set up as all of them are. */
export function openForWriting({ file, synchronous, busyTimeoutMs }: WriterOptions): SqliteFile.Database {
  const database = new SqliteFile(file, { timeout: busyTimeoutMs });
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
  #connection: WriterConnection | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** @throws {SqliteError} when the file cannot be opened */
  get connection(): WriterConnection {
    return (this.#connection ??= this.#open());
  }

  /** The next write opens the file anew. */
  discard(): void {
    const failed = this.#connection;
    this.#connection = undefined;
    try {
      failed?.file.close();
    } catch {
      // What could not be written is lost with it, and those who wrote it are told so.
    }
  }

  /** Checkpoints the write-ahead log into the file and closes it. */
  close(): void {
    const { file } = this.connection;
    file.pragma(`busy_timeout = ${this.#options.busyTimeoutMs}`);
    // Without the name it takes in the temporary database too, which after an adoption says that it is locked.
    file.pragma("main.wal_checkpoint(TRUNCATE)");
    file.close();
  }

  /** Here nobody waits within SQLite: the process has others to answer meanwhile. */
  #open(): WriterConnection {
    const file = openForWriting(this.#options);
    file.pragma("busy_timeout = 0");
    return {
      file,
      transaction: writeTransactions(file, this.#options.busyTimeoutMs),
      statements: new SqliteStatements(file),
    };
  }
}

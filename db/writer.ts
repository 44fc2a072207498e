import SqliteFile from "better-sqlite3";
import { Kysely } from "kysely";
import { SqliteWriterDialect } from "./sqlite-dialect.ts";
import { SqliteStatements } from "./sqlite-statements.ts";
import { withStatementCache } from "./statement-cache.ts";
import type { Tables } from "./tables.ts";

export type WriterOptions = {
  file: string;
  synchronous: "full" | "normal";
  /** How long a statement waits for another process's write lock before it fails with SQLITE_BUSY, in milliseconds. */
  busyTimeoutMs: number;
};

/** A connection with its transactions (`db`), and what the statements within them run on. */
export type WriterConnection = {
  file: SqliteFile.Database;
  db: Kysely<Tables>;
  statements: SqliteStatements;
};

/** A connection that may write, set up as all of them are. */
export function openWriterConnection({ file, synchronous, busyTimeoutMs }: WriterOptions): WriterConnection {
  const database = new SqliteFile(file, { timeout: busyTimeoutMs });
  database.pragma(`synchronous = ${synchronous}`);
  database.pragma("foreign_keys = ON");
  database.pragma("journal_size_limit = 67108864");
  const dialect = new SqliteWriterDialect({ database: withStatementCache(database) }, busyTimeoutMs);
  return { file: database, db: new Kysely<Tables>({ dialect }), statements: new SqliteStatements(database) };
}

async function closeWriterConnection({ file, db }: WriterConnection): Promise<void> {
  await db.destroy();
  // Kysely closes the file only if a query has run.
  file.close();
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
  async discard(): Promise<void> {
    const failed = this.#connection;
    this.#connection = undefined;
    if (failed) await closeWriterConnection(failed).catch(() => undefined);
  }

  /** Checkpoints the write-ahead log into the file and closes it. */
  async close(): Promise<void> {
    const { connection } = this;
    connection.file.pragma(`busy_timeout = ${this.#options.busyTimeoutMs}`);
    // Without the name it takes in the temporary database too, which after an adoption says that it is locked.
    connection.file.pragma("main.wal_checkpoint(TRUNCATE)");
    await closeWriterConnection(connection);
  }

  /** Here nobody waits within SQLite: the process has others to answer meanwhile. */
  #open(): WriterConnection {
    const connection = openWriterConnection(this.#options);
    connection.file.pragma("busy_timeout = 0");
    return connection;
  }
}

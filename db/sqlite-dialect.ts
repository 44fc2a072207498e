import type { DatabaseConnection, Driver, SqliteDialectConfig } from "kysely";
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from "kysely";

class WriterDriver extends SqliteDriver {
  /** A transaction that will write takes the write lock at once: a deferred one can fail half way with SQLITE_BUSY. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  /** What SQLite has rolled back itself (on a full disk, say) cannot be again; the error that it gave then must stand. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await super.rollbackTransaction(connection).catch(() => undefined);
  }
}

/** SQLite can roll back DDL. Kysely believes that it cannot, and would leave a failed migration half applied. */
class WriterAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Without transactions nothing needs the connection to itself, and Kysely's mutex wakes every waiter at each release. */
class ReaderAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** For the one connection that writes. */
export class SqliteWriterDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new WriterDriver(this.#config);
  }

  override createAdapter(): SqliteAdapter {
    return new WriterAdapter();
  }
}

/** For a read-only connection: no transactions may run on it. */
export class SqliteReaderDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new ReaderAdapter();
  }
}

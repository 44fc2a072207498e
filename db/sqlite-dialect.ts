import type { DatabaseConnection, Driver, SqliteDialectConfig } from "kysely";
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from "kysely";

/** A transaction that will write takes the write lock at once: a deferred one can fail half way with SQLITE_BUSY. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
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
    return new ImmediateDriver(this.#config);
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

import type { DatabaseConnection, Driver, SqliteDialectConfig } from "kysely";
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from "kysely";
import { takeWriteLock } from "./write-transaction.ts";

class MigrationDriver extends SqliteDriver {
  readonly #lockTimeoutMs: number;

  constructor(config: SqliteDialectConfig, lockTimeoutMs: number) {
    super(config);
    this.#lockTimeoutMs = lockTimeoutMs;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const begin = CompiledQuery.raw("begin immediate");
    await takeWriteLock(() => connection.executeQuery(begin), this.#lockTimeoutMs);
  }

  /** What SQLite has rolled back itself (on a full disk, say) cannot be again; the error that it gave then must stand. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await super.rollbackTransaction(connection).catch(() => undefined);
  }
}

/** SQLite can roll back DDL. Kysely believes that it cannot, and would leave a failed migration half applied. */
class MigrationAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Without transactions nothing needs the connection to itself, and Kysely's mutex wakes every waiter at each release. */
class StatementAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** For a connection that migrates; it waits for the write lock for `lockTimeoutMs`. */
export class SqliteMigrationDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #lockTimeoutMs: number;

  constructor(config: SqliteDialectConfig, lockTimeoutMs: number) {
    super(config);
    this.#config = config;
    this.#lockTimeoutMs = lockTimeoutMs;
  }

  override createDriver(): Driver {
    return new MigrationDriver(this.#config, this.#lockTimeoutMs);
  }

  override createAdapter(): SqliteAdapter {
    return new MigrationAdapter();
  }
}

/** For the statements of a connection: whatever transaction it has, none may be begun here. */
export class SqliteStatementDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new StatementAdapter();
  }
}

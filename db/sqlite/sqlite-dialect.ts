import type {
  DatabaseConnection,
  DatabaseIntrospector,
  Driver,
  Kysely,
  SqliteDialectConfig,
  TableMetadata,
} from "kysely";
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver, SqliteIntrospector, sql } from "kysely";
import { takeWriteLock } from "./write-transaction.ts";

/** The time for which the commit of a migration waits for readers of the file, in milliseconds. */
const readersTimeoutMs = 5000;

class MigrationDriver extends SqliteDriver {
  readonly #lockTimeoutMs: number;

  constructor(config: SqliteDialectConfig, lockTimeoutMs: number) {
    super(config);
    this.#lockTimeoutMs = lockTimeoutMs;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const begin = CompiledQuery.raw("begin immediate");
    await takeWriteLock(() => connection.executeQuery(begin), this.#lockTimeoutMs);
    // A file without a write-ahead log cannot be committed while others read it.
    await connection.executeQuery(CompiledQuery.raw(`pragma busy_timeout = ${readersTimeoutMs}`));
  }

  /**
   * SQLite may have rolled back by itself, on a full disk for instance. A second rollback fails, and must not hide the
   * first error.
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await super.rollbackTransaction(connection).catch(() => undefined);
  }
}

/** SQLite can roll back DDL. Kysely assumes that it cannot, and would leave a failed migration half applied. */
class MigrationAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/**
 * Returns only the names of tables, which is all that a migration needs. Reading the columns of a broken view would
 * fail.
 */
class TableNames extends SqliteIntrospector {
  readonly #db: Kysely<unknown>;

  constructor(db: Kysely<unknown>) {
    super(db);
    this.#db = db;
  }

  override async getTables(): Promise<TableMetadata[]> {
    const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(
      this.#db,
    );
    return rows.map(({ name }) => ({ name, isView: false, isForeign: false, columns: [] }));
  }
}

/**
 * Without transactions no statement needs exclusive use of the connection, and Kysely's mutex wakes every waiter at
 * each release.
 */
class StatementAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** For a migrating connection. It waits up to `lockTimeoutMs` for the write lock. */
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

  override createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new TableNames(db);
  }
}

/** For the statements of a connection. Transactions are begun elsewhere, never through this dialect. */
export class SqliteStatementDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new StatementAdapter();
  }
}

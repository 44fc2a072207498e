import { setTimeout as wait } from "node:timers/promises";
import type { DatabaseConnection, Driver, SqliteDialectConfig } from "kysely";
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from "kysely";
import { isLocked } from "./database-errors.ts";

/** How often a write lock that another process has is asked for again, in milliseconds. */
const lockRetryMs = 10;

class WriterDriver extends SqliteDriver {
  readonly #lockTimeoutMs: number;

  constructor(config: SqliteDialectConfig, lockTimeoutMs: number) {
    super(config);
    this.#lockTimeoutMs = lockTimeoutMs;
  }

  /**
   * A transaction that will write takes the write lock at once: a deferred one can fail half way with SQLITE_BUSY. SQLite's
   * own waiting for a lock would keep the whole process waiting.
   */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const begun = performance.now();
    for (;;) {
      try {
        await connection.executeQuery(CompiledQuery.raw("begin immediate"));
        return;
      } catch (error) {
        if (!isLocked(error) || performance.now() - begun >= this.#lockTimeoutMs) throw error;
        await wait(lockRetryMs);
      }
    }
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
class StatementAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** For the one connection that writes; it waits for the write lock for `lockTimeoutMs`. */
export class SqliteWriterDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #lockTimeoutMs: number;

  constructor(config: SqliteDialectConfig, lockTimeoutMs: number) {
    super(config);
    this.#config = config;
    this.#lockTimeoutMs = lockTimeoutMs;
  }

  override createDriver(): Driver {
    return new WriterDriver(this.#config, this.#lockTimeoutMs);
  }

  override createAdapter(): SqliteAdapter {
    return new WriterAdapter();
  }
}

/** For the statements of a connection: whatever transaction it has, none may be begun here. */
export class SqliteStatementDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new StatementAdapter();
  }
}

import type { Database, Statement } from "better-sqlite3";
import type { CompiledQuery } from "kysely";
import { Kysely } from "kysely";
import type { Executor } from "../statements/executor.ts";
import type { Tables } from "../statements/tables.ts";
import { SqliteStatementDialect } from "./sqlite-dialect.ts";

/**
 * Runs statements on a connection, within its current transaction. It begins none.
 *
 * A compiled statement goes directly to SQLite, which prepares it once for the connection. Kysely's path to a
 * connection (an initialised driver, a provider, a lock) costs more than most statements, and there is nothing to wait
 * for here.
 */
export class SqliteStatements implements Executor {
  readonly builder: Kysely<Tables>;
  readonly #database: Database;
  readonly #prepared = new WeakMap<CompiledQuery, Statement>();

  constructor(database: Database) {
    this.#database = database;
    this.builder = new Kysely<Tables>({ dialect: new SqliteStatementDialect({ database }) });
  }

  async run<Row>(statement: CompiledQuery<Row>, values: readonly unknown[]): Promise<Row[]> {
    let prepared = this.#prepared.get(statement);
    if (!prepared) {
      prepared = this.#database.prepare(statement.sql);
      this.#prepared.set(statement, prepared);
    }
    if (prepared.reader) return prepared.all(...values) as Row[];
    prepared.run(...values);
    return [];
  }

  /** Closes the connection. */
  close(): Promise<void> {
    return this.builder.destroy();
  }
}

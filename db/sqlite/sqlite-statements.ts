import type { Database } from "better-sqlite3";
import type { Compilable, CompiledQuery, QueryResult, SqliteDatabase } from "kysely";
import { Kysely } from "kysely";
import { SqliteStatementDialect } from "./sqlite-dialect.ts";
import { withStatementCache } from "./statement-cache.ts";
import type { Tables } from "../statements/tables.ts";

/**
 * Where statements run on a connection, within whatever transaction that has: it begins none of its own.
 *
 * A compiled statement goes straight to SQLite. Kysely's way to a connection (a driver that is made ready, a provider, a
 * lock) costs more than most statements, and here there is nothing to wait for.
 */
export class SqliteStatements extends Kysely<Tables> {
  readonly #database: SqliteDatabase;

  constructor(database: Database) {
    const cached = withStatementCache(database);
    super({ dialect: new SqliteStatementDialect({ database: cached }) });
    this.#database = cached;
  }

  override async executeQuery<Row>(query: CompiledQuery<Row> | Compilable<Row>): Promise<QueryResult<Row>> {
    const { sql, parameters } = "compile" in query ? query.compile() : query;
    const statement = this.#database.prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters) as Row[] };
    const { changes } = statement.run(parameters);
    return { numAffectedRows: BigInt(changes), rows: [] };
  }
}

import type { Database, Statement } from "better-sqlite3";
import type { SqliteDatabase } from "kysely";

/**
 * Kysely prepares every query anew; this hands it the statement it prepared last time.
 *
 * @param capacity how many statements are kept (the least recently used goes first): bounded, because an `in (…)` list
 *   makes a new text for each length.
 */
export function withStatementCache(database: Database, capacity = 200): SqliteDatabase {
  const statements = new Map<string, Statement>();
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = statements.get(sql);
      if (known?.busy) return database.prepare(sql);
      if (known) statements.delete(sql);
      const statement = known ?? database.prepare(sql);
      statements.set(sql, statement);
      if (statements.size > capacity) {
        const [oldest] = statements.keys();
        if (oldest !== undefined) statements.delete(oldest);
      }
      return statement;
    },
  };
}

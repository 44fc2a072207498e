import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";
import { Migrator } from "kysely/migration";
import { refuseInexactNumbers } from "./migrations/exact-numbers.ts";
import { ForeignDatabaseError } from "./migrations/foreign-database-error.ts";
import { examineFile } from "./migrations/examine-file.ts";
import { migrations as knownMigrations } from "./migrations/index.ts";
import { NewerDatabaseError } from "./migrations/newer-database-error.ts";
import type { Tables } from "../statements/tables.ts";

export { ForeignDatabaseError, NewerDatabaseError };

/** The result of migrating a file. */
export type Migrated = {
  /**
   * `nothing`: the file was empty. `original`: it was the original backend's. Otherwise the newest migration that it
   * had.
   */
  from: "nothing" | "original" | { migration: string };
  /** The migrations that ran, in their order; none if the file lacked none. */
  made: { name: string; durationMs: number }[];
};

/**
 * Migrates the tables: runs all missing migrations or, on any failure, changes nothing. One write lock covers
 * everything from finding the missing migrations to recording the new ones. So if two processes start at once, the
 * second finds the work done.
 *
 * @param migrations by name; a test may replace them.
 * @param beforeChange called before anything is changed in a file that has tables, with the names of the migrations
 *   that the file lacks. No other process writes meanwhile. An error that it throws ends the migration.
 * @throws {NewerDatabaseError} if the file has a migration that is not among `migrations`.
 * @throws {ForeignDatabaseError} if the file is another program's, or has message ids or numbers of sessions that JSON
 *   cannot hold exactly.
 */
export async function migrate(
  writer: Kysely<Tables>,
  migrations: Record<string, Migration> = knownMigrations,
  beforeChange?: (missing: string[]) => Promise<void>,
): Promise<Migrated> {
  // Required to rebuild a table. SQLite ignores this pragma inside a transaction.
  await sql`pragma foreign_keys = off`.execute(writer);
  try {
    return await writer.transaction().execute(async (trx) => {
      const {
        made: before,
        missing,
        isOriginal,
      } = await examineFile(trx, Object.keys(migrations).toSorted());
      const isEmpty = before.length === 0 && !isOriginal;
      if (missing.length > 0 && !isEmpty) {
        await refuseInexactNumbers(trx);
        await beforeChange?.(missing);
      }
      const made: Migrated["made"] = [];
      const provider = { getMigrations: async () => withDurations(migrations, made) };
      const { error } = await new Migrator({ db: trx, provider }).migrateToLatest();
      if (error !== undefined) throw error;
      await refuseInexactNumbers(trx);
      const newest = before.at(-1);
      if (newest !== undefined) return { from: { migration: newest }, made };
      return { from: isEmpty ? "nothing" : "original", made };
    });
  } finally {
    await sql`pragma foreign_keys = on`.execute(writer);
  }
}

function withDurations(
  migrations: Record<string, Migration>,
  made: Migrated["made"],
): Record<string, Migration> {
  const timed = (name: string, migration: Migration): Migration => ({
    async up(db) {
      const begun = performance.now();
      await migration.up(db);
      made.push({ name, durationMs: Math.round(performance.now() - begun) });
    },
  });
  return Object.fromEntries(
    Object.entries(migrations).map(([name, migration]) => [name, timed(name, migration)]),
  );
}

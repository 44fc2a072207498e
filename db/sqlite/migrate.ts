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

/** How a file was brought up to date. */
export type Migrated = {
  /** `nothing`: it was empty. `original`: it was the original backend's. Else the newest migration that it had. */
  from: "nothing" | "original" | { migration: string };
  /** The migrations that were made, in their order; none where the file lacked none. */
  made: { name: string; durationMs: number }[];
};

/**
 * Brings the tables up to date: all of what is missing, or on any failure nothing. Everything from finding out what is
 * missing to noting what was done happens under one write lock, so that of two processes that start at once the second
 * finds the work done.
 *
 * @param migrations by name; what a test may replace.
 * @param beforeChange is called before anything is changed in a file that has tables, with the names of the migrations that
 *   it lacks. No other process writes meanwhile. An error that it throws ends the migrating.
 * @throws {NewerDatabaseError} when the file holds a migration that is not among `migrations`.
 * @throws {ForeignDatabaseError} when the file is another program's, or holds message ids or places of sessions that no
 *   client could read exactly.
 */
export async function migrate(
  writer: Kysely<Tables>,
  migrations: Record<string, Migration> = knownMigrations,
  beforeChange?: (missing: string[]) => Promise<void>,
): Promise<Migrated> {
  // Rebuilding a table needs this, and inside a transaction SQLite ignores it.
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

import type { Kysely, Transaction } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";
import { Migrator } from "kysely/migration";
import { refuseInexactNumbers } from "./sqlite/exact-numbers.ts";
import { ForeignDatabaseError } from "./migrations/foreign-database-error.ts";
import { migrations as knownMigrations } from "./migrations/index.ts";
import { findOriginal } from "./migrations/original-tables.ts";
import { refuseStranger } from "./migrations/refuse-stranger.ts";
import type { Tables } from "./tables.ts";

export { ForeignDatabaseError };

/** A newer version of AI Desk has migrated this file, and what that changed is not known here. It is left as it was. */
export class NewerDatabaseError extends Error {
  override readonly name = "NewerDatabaseError";

  constructor(newestInFile: string, newestKnown: string) {
    super(
      `A newer version of AI Desk has migrated this file to "${newestInFile}", and this version knows no further than ` +
        `"${newestKnown}". Nothing was changed. Run the newer version, or point DATABASE_URL at another file.`,
    );
  }
}

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
 *   it lacks. No other process writes meanwhile. What it throws ends the migrating.
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
      const inFile = await readMigrations(trx);
      const known = Object.keys(migrations).toSorted();
      refuseUnknown(inFile, known);
      const missing = known.filter((name) => !inFile.includes(name));
      const isEmpty = !(await hasTables(trx));
      if (missing.length > 0 && !isEmpty) {
        // A file that will be refused is left without a copy too.
        if (inFile.length === 0) await refuseForeign(trx as unknown as Kysely<unknown>);
        await refuseInexactNumbers(trx);
        await beforeChange?.(missing);
      }
      const made: Migrated["made"] = [];
      const provider = { getMigrations: async () => withDurations(migrations, made) };
      const { error } = await new Migrator({ db: trx, provider }).migrateToLatest();
      if (error !== undefined) throw error;
      await refuseInexactNumbers(trx);
      const newest = inFile.at(-1);
      if (newest !== undefined) return { from: { migration: newest }, made };
      return { from: isEmpty ? "nothing" : "original", made };
    });
  } finally {
    await sql`pragma foreign_keys = on`.execute(writer);
  }
}

async function refuseForeign(db: Kysely<unknown>): Promise<void> {
  const original = await findOriginal(db);
  if (original.length === 0) await refuseStranger(db);
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

async function hasTables(trx: Transaction<Tables>): Promise<boolean> {
  const { rows } = await sql`select 1 from sqlite_master limit 1`.execute(trx);
  return rows.length > 0;
}

/** In their order; none in a file that has not been migrated. */
async function readMigrations(trx: Transaction<Tables>): Promise<string[]> {
  const { rows: tables } = await sql`
    select 1 from sqlite_master where type = 'table' and name = 'kysely_migration'`.execute(trx);
  if (tables.length === 0) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(trx);
  return rows.map(({ name }) => name);
}

function refuseUnknown(inFile: string[], known: string[]): void {
  const [first = ""] = known;
  if (inFile.length > 0 && !inFile.includes(first)) {
    throw new ForeignDatabaseError(
      `The migrations of this file ("${inFile.join('", "')}") are another program's.`,
    );
  }
  if (inFile.some((name) => !known.includes(name))) {
    throw new NewerDatabaseError(inFile.at(-1) ?? "", known.at(-1) ?? "");
  }
}

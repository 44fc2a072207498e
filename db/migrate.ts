import type { Kysely, Transaction } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";
import { Migrator } from "kysely/migration";
import { refuseInexactIds } from "./sqlite/exact-ids.ts";
import { ForeignDatabaseError } from "./migrations/foreign-database-error.ts";
import { migrations as knownMigrations } from "./migrations/index.ts";
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

/**
 * Brings the tables up to date: all of what is missing, or on any failure nothing. Everything from finding out what is
 * missing to noting what was done happens under one write lock, so that of two processes that start at once the second
 * finds the work done.
 *
 * @param migrations by name; what a test may replace.
 * @throws {NewerDatabaseError} when the file holds a migration that is not among `migrations`.
 * @throws {ForeignDatabaseError} when the file is another program's, or holds message ids that no client could read exactly.
 */
export async function migrate(
  writer: Kysely<Tables>,
  migrations: Record<string, Migration> = knownMigrations,
): Promise<void> {
  // Rebuilding a table needs this, and inside a transaction SQLite ignores it.
  await sql`pragma foreign_keys = off`.execute(writer);
  try {
    await writer.transaction().execute(async (trx) => {
      await refuseUnknown(trx, Object.keys(migrations).toSorted());
      const migrator = new Migrator({ db: trx, provider: { getMigrations: async () => migrations } });
      const { error } = await migrator.migrateToLatest();
      if (error !== undefined) throw error;
      await refuseInexactIds(trx);
    });
  } finally {
    await sql`pragma foreign_keys = on`.execute(writer);
  }
}

async function refuseUnknown(trx: Transaction<Tables>, known: string[]): Promise<void> {
  const { rows: tables } = await sql`
    select 1 from sqlite_master where type = 'table' and name = 'kysely_migration'`.execute(trx);
  if (tables.length === 0) return;
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(trx);
  const inFile = rows.map(({ name }) => name);
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

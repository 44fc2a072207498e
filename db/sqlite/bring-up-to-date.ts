import { statSync } from "node:fs";
import type SqliteFile from "better-sqlite3";
import { Kysely } from "kysely";
import type { Migrated } from "./migrate.ts";
import { migrate } from "./migrate.ts";
import { SqliteMigrationDialect } from "./sqlite-dialect.ts";
import type { Tables } from "../statements/tables.ts";
import { copyBeforeMigration } from "./copies/migration-copy.ts";
import { refuseIncomplete } from "./required-schema.ts";

/** The file lacks migrations, and is too large to be migrated here. Nothing was changed. */
export class LargeMigrationError extends Error {
  override readonly name = "LargeMigrationError";
}

type MigrationOptions = {
  file: string;
  copiesBeforeMigration?: boolean | undefined;
  /** Ends the copying. */
  signal?: AbortSignal | undefined;
  /** The size of a file, in bytes, from which on it is not migrated here. By default every file is. */
  largeBytes?: number;
};

/**
 * Makes the migrations that a file lacks and gives it a write-ahead log.
 *
 * @throws {DatabaseFileError} when the file lacks what its migrations have made.
 * @throws {LargeMigrationError} when there are some to make and the file has `largeBytes`.
 */
export async function bringUpToDate(
  database: SqliteFile.Database,
  { file, copiesBeforeMigration = false, signal, largeBytes = Infinity }: MigrationOptions,
): Promise<Migrated> {
  await refuseIncomplete(database, file);
  const dialect = new SqliteMigrationDialect({ database }, 0);
  const migrated = await migrate(new Kysely<Tables>({ dialect }), undefined, async (missing) => {
    if (statSync(file).size >= largeBytes) throw new LargeMigrationError();
    if (copiesBeforeMigration) await copyBeforeMigration(file, { missing, signal });
  });
  // Only now: the mode is written into the file, and one that was refused must stay as it was.
  database.pragma("journal_mode = WAL");
  return migrated;
}

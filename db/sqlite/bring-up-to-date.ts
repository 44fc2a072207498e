import { statSync } from "node:fs";
import type SqliteFile from "better-sqlite3";
import { Kysely } from "kysely";
import type { Migrated } from "./migrate.ts";
import { migrate } from "./migrate.ts";
import { SqliteMigrationDialect } from "./sqlite-dialect.ts";
import type { Tables } from "../statements/tables.ts";
import { copyBeforeMigration } from "./copies/migration-copy.ts";
import { refuseIncomplete } from "./required-schema.ts";

/** The file lacks migrations, and is too large to be migrated in this process. Nothing was changed. */
export class LargeMigrationError extends Error {
  override readonly name = "LargeMigrationError";
}

type MigrationOptions = {
  file: string;
  copiesBeforeMigration?: boolean | undefined;
  /** Aborts the copying. */
  signal?: AbortSignal | undefined;
  /** The size of a file, in bytes, from which on it is not migrated in this process. By default every file is. */
  largeBytes?: number;
};

/**
 * Runs the migrations that a file lacks and gives it a write-ahead log.
 *
 * @throws {DatabaseFileError} if the file lacks objects that its migrations have created.
 * @throws {LargeMigrationError} if migrations are missing and the file has at least `largeBytes`.
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
  // Only at this point: the mode is written into the file, and a refused file must stay unchanged.
  database.pragma("journal_mode = WAL");
  return migrated;
}

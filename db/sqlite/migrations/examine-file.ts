import type { Kysely } from "kysely";
import { sql } from "kysely";
import { refuseInexactNumbers } from "./exact-numbers.ts";
import type { Tables } from "../../statements/tables.ts";
import { ForeignDatabaseError } from "./foreign-database-error.ts";
import { NewerDatabaseError } from "./newer-database-error.ts";
import { findOriginal } from "./original-tables.ts";
import { refuseStranger } from "./refuse-stranger.ts";

/** The names of a file's migrations, in their order. */
export type ExaminedFile = {
  made: string[];
  missing: string[];
  /** Whether the file has tables of the original backend, which the first migration adopts. */
  isOriginal: boolean;
};

/**
 * Determines the kind of a file, by the rules of a start. It changes nothing.
 *
 * @param known the names of the migrations that this version knows, in their order
 * @throws {NewerDatabaseError} if the file has a migration that is not known.
 * @throws {ForeignDatabaseError} if the file is another program's.
 */
export async function examineFile(db: Kysely<Tables>, known: readonly string[]): Promise<ExaminedFile> {
  const made = await readMigrations(db);
  refuseUnknown(made, known);
  const missing = known.filter((name) => !made.includes(name));
  const isOriginal = made.length === 0 && (await refuseForeign(db));
  return { made, missing, isOriginal };
}

/** The names of the migrations that a file has, in their order; none if the file lacks the table of migrations. */
export async function readMigrations(db: Kysely<Tables>): Promise<string[]> {
  const { rows: tables } = await sql`
    select 1 from sqlite_master where type = 'table' and name = 'kysely_migration'`.execute(db);
  if (tables.length === 0) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}

function refuseUnknown(made: readonly string[], known: readonly string[]): void {
  if (made.length === 0) return;
  const [first = ""] = known;
  const [newest = "", newestKnown = ""] = [made.at(-1), known.at(-1)];
  if (!made.includes(first)) {
    throw new ForeignDatabaseError(
      `The migrations of this file ("${made.join('", "')}") are another program's.`,
    );
  }
  if (made.some((name) => !known.includes(name))) throw new NewerDatabaseError(newest, newestKnown);
  const skipped = known.find((name) => name < newest && !made.includes(name));
  if (skipped === undefined) return;
  throw new ForeignDatabaseError(
    `The migrations of this file lack "${skipped}", which comes before "${newest}".`,
  );
}

/** @returns whether a file without migrations is the original backend's; otherwise it has no tables at all */
async function refuseForeign(db: Kysely<Tables>): Promise<boolean> {
  const original = await findOriginal(db as unknown as Kysely<unknown>);
  if (original.length === 0) {
    await refuseStranger(db as unknown as Kysely<unknown>);
    return false;
  }
  await refuseInexactNumbers(db);
  return true;
}

import type SqliteFile from "better-sqlite3";
import { codeOf } from "./file-error.ts";
import { fileRules } from "./file-rules.ts";
import { whyNoHistory, findMissingObjects } from "./required-schema.ts";

/** A fault of a file. */
export type FileFault = {
  /** The name of the broken rule, in capitals. */
  rule: string;
  /** The finding and the remedy, in sentences. */
  sentence: string;
  /** Whether the file is unusable: a damaged page, a missing table, no history. */
  isUnusable: boolean;
};

/** The number of places that a sentence names, and of lines that are read of SQLite's own check. */
const placesNamed = 3;
const linesRead = 20;

/**
 * All faults of a file that AI Desk has made. Each rule reads the file as it is at one moment; a server may write
 * meanwhile.
 *
 * @param migrations the names of the migrations that made the file
 * @throws {SqliteError} if the file cannot be read at all.
 */
export async function findFaults(
  database: SqliteFile.Database,
  migrations: readonly string[],
): Promise<FileFault[]> {
  const physical = findDamagedPages(database);
  if (physical.length > 0) return physical;
  const missing = await checkSchema(database, migrations);
  if (missing.some(({ isUnusable }) => isUnusable)) return missing;
  return [
    ...missing,
    ...checkHistory(database),
    ...fileRules
      .filter(({ since, until }) => migrations.includes(since) && !(until && migrations.includes(until)))
      .flatMap(({ name, select, fault, remedy }) => {
        const { count, places } = readPlaces(database, select);
        if (count === 0) return [];
        const sentence = `${count} ${fault}: ${places.join(", ")}${count > places.length ? ", …" : ""}. ${remedy}`;
        return [{ rule: name, sentence, isUnusable: false }];
      }),
    ...findForeignReferences(database),
  ];
}

function readPlaces(database: SqliteFile.Database, select: string): { count: number; places: string[] } {
  let count = 0;
  const places: string[] = [];
  for (const place of database.prepare<[], string>(select).pluck().iterate()) {
    count += 1;
    if (places.length < placesNamed) places.push(place);
  }
  return { count, places };
}

/** Physical damage. Values in another program's table may break that table's own rules: such faults are ignored. */
export function findDamagedPages(database: SqliteFile.Database): FileFault[] {
  const lines = readIntegrity(database);
  const foreign =
    /^(?:NULL value|CHECK constraint failed|\w+ value) in (?!message\b|chatsession\b|history\b)/;
  const damage = lines.filter((line) => line !== "ok" && !foreign.test(line));
  if (damage.length === 0) return [];
  const said = damage.slice(0, placesNamed).join("; ");
  const sentence = `The file is damaged, in SQLite's words: ${said}. Restore a backup: ai-desk restore FILE.`;
  return [{ rule: "INTEGRITY", sentence, isUnusable: true }];
}

/** A page that cannot be read at all aborts SQLite's check. */
function readIntegrity(database: SqliteFile.Database): string[] {
  try {
    return database.prepare<[], string>(`pragma integrity_check(${linesRead})`).pluck().all();
  } catch (error) {
    if (error instanceof Error && codeOf(error).startsWith("SQLITE_CORRUPT")) return [error.message];
    throw error;
  }
}

/** Tables, columns and indexes that the migrations create and that are missing. */
async function checkSchema(
  database: SqliteFile.Database,
  migrations: readonly string[],
): Promise<FileFault[]> {
  const { needed, indexes } = await findMissingObjects(database, migrations);
  const missing = [...needed, ...indexes];
  if (missing.length === 0) return [];
  const isUnusable = needed.length > 0;
  const remedy = isUnusable
    ? "Restore a backup: ai-desk restore FILE."
    : "Answers take longer, and what an index keeps unique may be there twice: make it as db/schema.sql says.";
  return [{ rule: "SCHEMA", sentence: `Missing: ${missing.join(", ")}. ${remedy}`, isUnusable }];
}

function checkHistory(database: SqliteFile.Database): FileFault[] {
  const fault = whyNoHistory(database);
  if (fault === undefined) return [];
  const sentence = `The table history ${fault}. Restore a backup: ai-desk restore FILE.`;
  return [{ rule: "HISTORY", sentence, isUnusable: true }];
}

/** Rows of other programs' tables that refer to a missing message or session. */
function findForeignReferences(database: SqliteFile.Database): FileFault[] {
  const tables = database
    .prepare<[], string>(
      `select distinct entry.name from sqlite_master as entry, pragma_foreign_key_list(entry.name) as key
       where entry.type = 'table' and entry.sql not like 'create virtual%' and entry.name <> 'message' and lower(key."table") in ('message', 'chatsession')`,
    )
    .pluck()
    .all();
  return tables.flatMap((table) => {
    const count = database
      .prepare<[string], number>("select count(*) from pragma_foreign_key_check(?)")
      .pluck()
      .get(table);
    if (!count) return [];
    const sentence = `${count} rows of the table ${JSON.stringify(table)} refer to a message or a session that does not exist. Delete those rows.`;
    return [{ rule: "REFERENCE", sentence, isUnusable: false }];
  });
}

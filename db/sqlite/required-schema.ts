import SqliteFile from "better-sqlite3";
import { Kysely } from "kysely";
import { migrate } from "./migrate.ts";
import { readMigrations } from "./migrations/examine-file.ts";
import { migrations as knownMigrations } from "./migrations/index.ts";
import { SqliteMigrationDialect } from "./sqlite-dialect.ts";
import { SqliteStatements } from "./sqlite-statements.ts";
import type { Tables } from "../statements/tables.ts";
import { DatabaseFileError } from "./database-file-error.ts";

/** The objects that a file lacks, such as `table message`: required ones, and indexes. */
type MissingObjects = { needed: string[]; indexes: string[] };

/**
 * Checks that a file that AI Desk has migrated has everything that the migrations have created. Reads the schema and
 * one row.
 *
 * @throws {DatabaseFileError} if something that the product needs is missing.
 */
export async function refuseIncomplete(database: SqliteFile.Database, file: string): Promise<void> {
  const migrations = await readMigrations(new SqliteStatements(database).builder);
  // The migrations refuse a file of another program or of a newer version themselves.
  if (migrations.length === 0 || !migrations.every((name) => name in knownMigrations)) return;
  const { needed } = await findMissingObjects(database, migrations);
  const fault =
    needed.length > 0
      ? `lacks the ${needed.join(", the ")}`
      : whyNoHistory(database, "has a table history that ");
  if (fault === undefined) return;
  throw new DatabaseFileError(
    file,
    `which ${fault} and cannot be used: put a backup in its place (ai-desk restore FILE), or name another file`,
  );
}

/** The objects that the migrations with these names create and that a file lacks. */
export async function findMissingObjects(
  database: SqliteFile.Database,
  migrations: readonly string[],
): Promise<MissingObjects> {
  const needed: string[] = [];
  const indexes: string[] = [];
  for (const table of await describeMigrated(migrations)) {
    const found = describeTable(database, table.name);
    if (found.parts.length === 0) needed.push(`table ${table.name}`);
    else needed.push(...table.parts.filter((part) => !found.parts.includes(part)));
    indexes.push(...table.indexes.filter((index) => !found.indexes.includes(index)));
  }
  return { needed, indexes };
}

/** @returns why the table `history` names no history, to follow the table's name; undefined if it names one. */
export function whyNoHistory(database: SqliteFile.Database, beginning = ""): string | undefined {
  const epochs = database.prepare<[], string>("select epoch from history").pluck().all();
  const hex = /^[0-9a-f]{16}$/;
  if (epochs.length === 1 && hex.test(epochs[0] ?? "")) return undefined;
  const found = epochs.length === 1 ? `the row ${JSON.stringify(epochs[0])}` : `${epochs.length} rows`;
  return `${beginning}must hold one name of 16 hexadecimal digits, and holds ${found}`;
}

type DescribedTable = { name: string; parts: string[]; indexes: string[] };

/** The tables that these migrations create in an empty file. */
async function describeMigrated(names: readonly string[]): Promise<DescribedTable[]> {
  const empty = new SqliteFile(":memory:");
  try {
    const known = Object.entries(knownMigrations).filter(([name]) => names.includes(name));
    const dialect = new SqliteMigrationDialect({ database: empty }, 0);
    await migrate(new Kysely<Tables>({ dialect }), Object.fromEntries(known));
    const tables = empty
      .prepare<[], string>(
        "select name from sqlite_master where type = 'table' and name not like 'kysely%' and name not like 'sqlite%'",
      )
      .pluck()
      .all();
    return tables.map((table) => describeTable(empty, table));
  } finally {
    empty.close();
  }
}

/** An empty list for a missing table, and for a name that is not a table. */
function describeTable(database: SqliteFile.Database, name: string): DescribedTable {
  const sql = database
    .prepare<[string], string>(
      "select sql from sqlite_master where type = 'table' and name = ? collate nocase",
    )
    .pluck()
    .get(name);
  if (sql === undefined) return { name, parts: [], indexes: [] };
  const columns = database
    .prepare<[string], { name: string; pk: number }>(
      "select lower(name) as name, pk from pragma_table_info(?)",
    )
    .all(name);
  const indexes = database
    .prepare<[string], string>(
      "select lower(name) from sqlite_master where type = 'index' and sql is not null and tbl_name = ? collate nocase",
    )
    .pluck()
    .all(name);
  const keys = columns.filter(({ pk }) => pk > 0).map((column) => column.name);
  return {
    name,
    parts: [
      ...columns.map((column) => `column ${name}.${column.name}`),
      `primary key ${name} (${keys.join(", ")})`,
      // Without it SQLite reuses ids.
      ...(/\bautoincrement\b/i.test(sql) ? [`autoincrement of ${name}.${keys[0]}`] : []),
    ],
    indexes: indexes.map((index) => `index ${index}`),
  };
}

import { closeSync, openSync, readSync, statSync } from "node:fs";
import type SqliteFile from "better-sqlite3";
import type { Kysely } from "kysely";
import { ForeignDatabaseError } from "../migrations/foreign-database-error.ts";
import { migrations } from "../migrations/index.ts";
import { findOriginal } from "../migrations/original-tables.ts";
import { SqliteStatements } from "../sqlite-statements.ts";
import { codeOf, toFileError } from "./file-error.ts";

/** What a file is to this version of AI Desk, and a sentence that says so. */
export type FileKind = {
  is: "ours" | "older" | "newer" | "original" | "empty" | "foreign";
  /** The migrations that made it, in their order; empty for a file that AI Desk has not made. */
  migrations: string[];
  sentence: string;
};

/** How every SQLite file begins. */
const magic = "SQLite format 3\0";

/** @returns a sentence that says why `path` cannot be a database, or undefined if it may be one. */
export function whyNoDatabase(path: string): string | undefined {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return `${path} is a folder.`;
    if (!stats.isFile()) return `${path} is not a regular file.`;
    if (stats.size === 0) return `${path} is empty.`;
    if (readBeginning(path) === magic) return undefined;
    return `${path} is not an SQLite file.`;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return `There is no file ${path}.`;
    throw toFileError(error, `read ${path}`);
  }
}

function readBeginning(path: string): string {
  const handle = openSync(path, "r");
  try {
    const beginning = Buffer.alloc(magic.length);
    readSync(handle, beginning);
    return beginning.toString("latin1");
  } finally {
    closeSync(handle);
  }
}

/** @throws {SqliteError} when the file cannot be read. */
export async function recognise(database: SqliteFile.Database): Promise<FileKind> {
  const inFile = readMigrationNames(database);
  const known = Object.keys(migrations).toSorted();
  const newest = known.at(-1) ?? "";
  const [first = ""] = known;
  if (inFile.length === 0) return recogniseUnmigrated(database);
  const last = inFile.at(-1) ?? "";
  if (!inFile.includes(first)) {
    return foreign(`It is another program's file: its migrations are "${inFile.join('", "')}".`);
  }
  if (inFile.some((name) => !known.includes(name))) {
    const sentence = `It is a file of a newer version of AI Desk (at "${last}", and this version knows "${newest}"): use that version.`;
    return { is: "newer", migrations: inFile, sentence };
  }
  if (inFile.length < known.length) {
    const sentence = `It is a file of an older version of AI Desk (at "${last}"): the next start brings it to "${newest}".`;
    return { is: "older", migrations: inFile, sentence };
  }
  return {
    is: "ours",
    migrations: inFile,
    sentence: `It is a file of this version of AI Desk (at "${last}").`,
  };
}

/** The names of the migrations that a file has had, in their order; none of a file without their table. */
export function readMigrationNames(database: SqliteFile.Database): string[] {
  const table = database.prepare("select 1 from sqlite_master where name = 'kysely_migration'").get();
  if (table === undefined) return [];
  return database.prepare("select name from kysely_migration order by name").pluck().all() as string[];
}

async function recogniseUnmigrated(database: SqliteFile.Database): Promise<FileKind> {
  const names = database
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite%'")
    .pluck()
    .all() as string[];
  try {
    const original = await findOriginal(new SqliteStatements(database) as unknown as Kysely<unknown>);
    if (original.length > 0) {
      const sentence = "It is a file of the original backend: the next start takes it over.";
      return { is: "original", migrations: [], sentence };
    }
  } catch (error) {
    if (error instanceof ForeignDatabaseError) return foreign(error.message);
    throw error;
  }
  if (names.length > 0)
    return foreign(`It is another program's file: its tables are "${names.join('", "')}".`);
  return { is: "empty", migrations: [], sentence: "It is an SQLite file without tables." };
}

function foreign(sentence: string): FileKind {
  return { is: "foreign", migrations: [], sentence };
}

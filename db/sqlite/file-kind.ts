import { closeSync, openSync, readSync, statSync } from "node:fs";
import type SqliteFile from "better-sqlite3";
import type { ExaminedFile } from "./migrations/examine-file.ts";
import { examineFile } from "./migrations/examine-file.ts";
import { ForeignDatabaseError } from "./migrations/foreign-database-error.ts";
import { migrations } from "./migrations/index.ts";
import { NewerDatabaseError } from "./migrations/newer-database-error.ts";
import { SqliteStatements } from "./sqlite-statements.ts";
import { codeOf, toFileError } from "./file-error.ts";

/** The kind of a file, from the viewpoint of this version of AI Desk. */
export type FileKind = {
  is: "ours" | "older" | "newer" | "original" | "empty" | "foreign";
  /** The migrations that made it, in their order; empty for a file of another program or of a newer version. */
  migrations: string[];
  /** Describes the file, and the consequence or the remedy. */
  sentence: string;
};

/** The first bytes of every SQLite file. */
const magic = "SQLite format 3\0";

/** @returns a sentence that explains why `path` cannot be a database, or undefined if it may be one. */
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

/**
 * Determines the kind of a file, by the rules of a start.
 *
 * @throws {SqliteError} if the file cannot be read.
 */
export async function recognise(database: SqliteFile.Database): Promise<FileKind> {
  const known = Object.keys(migrations).toSorted();
  try {
    return describe(await examineFile(new SqliteStatements(database).builder, known));
  } catch (error) {
    const refused = { migrations: [] };
    if (error instanceof ForeignDatabaseError) {
      return {
        ...refused,
        is: "foreign",
        sentence: `${error.fault} A server refuses it. Name another file.`,
      };
    }
    if (!(error instanceof NewerDatabaseError)) throw error;
    const remedy = "Use the newer version, or name another file.";
    return {
      ...refused,
      is: "newer",
      sentence: `${error.fault} A server of this version refuses it. ${remedy}`,
    };
  }
}

function describe({ made, missing, isOriginal }: ExaminedFile): FileKind {
  const [last, next] = [made.at(-1), missing.at(-1)];
  const found = { migrations: made };
  if (isOriginal) {
    const sentence = "It is a file of the original backend: the next start takes it over.";
    return { ...found, is: "original", sentence };
  }
  if (last === undefined) {
    const sentence = "It is an SQLite file without tables: the next start makes them.";
    return { ...found, is: "empty", sentence };
  }
  if (next === undefined) {
    return { ...found, is: "ours", sentence: `It is a file of this version of AI Desk (at "${last}").` };
  }
  const sentence = `It is a file of an older version of AI Desk (at "${last}"): the next start brings it to "${next}".`;
  return { ...found, is: "older", sentence };
}

import type SqliteFile from "better-sqlite3";
import { FileError, toFileError } from "./file-error.ts";
import type { FileKind } from "./file-kind.ts";
import { recognise, whyNoDatabase } from "./file-kind.ts";
import type { FileFault } from "./find-faults.ts";
import { findDamagedPages, findFaults } from "./find-faults.ts";
import { openUnchanged } from "./open-unchanged.ts";

/** The result of a check: the kind of the file, its faults, and the number of its rows. */
type CheckedFile = {
  kind: FileKind;
  faults: FileFault[];
  /** The number of sessions and messages that are not deleted. */
  sessions: number;
  messages: number;
};

/**
 * Reads the whole file and changes nothing in it, whether or not a server has it open. A file of the original backend
 * is checked for physical damage only: any content is allowed in it, and all of it is adopted.
 *
 * @throws {FileError} if there is no database at `file`, or it cannot be read.
 */
export async function checkFile(file: string): Promise<CheckedFile> {
  const obstacle = whyNoDatabase(file);
  const doing = `check ${file}`;
  if (obstacle !== undefined) throw new FileError(`${obstacle} There is nothing to check: name a database.`);
  try {
    const database = openUnchanged(file);
    try {
      const kind = await recognise(database);
      const isReadable = kind.is === "ours" || kind.is === "older";
      const faults = isReadable ? await findFaults(database, kind.migrations) : findDamagedPages(database);
      const isUsable = isReadable && !faults.some(({ isUnusable }) => isUnusable);
      return { kind, faults, ...(isUsable ? countLiving(database) : { sessions: 0, messages: 0 }) };
    } finally {
      database.close();
    }
  } catch (error) {
    throw toFileError(error, doing, file);
  }
}

/** The number of sessions and messages that are not deleted. */
export function countLiving(database: SqliteFile.Database): { sessions: number; messages: number } {
  const count = (table: string): number =>
    database.prepare<[], number>(`select count(*) from ${table} where deleted = 0`).pluck().get() ?? 0;
  return { sessions: count("chatsession"), messages: count("message") };
}

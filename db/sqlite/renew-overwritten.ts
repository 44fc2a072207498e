import type { Database } from "better-sqlite3";
import type { FileIdentity } from "./file-identity.ts";
import { giveNewEpoch, prepareIdentity } from "./file-identity.ts";
import type { Mark } from "./mark-beside.ts";

/**
 * Whether a tool, such as `.restore` of SQLite's shell, has written a backup into the open file: a backup is marked as
 * one, and a server clears that mark when it begins.
 */
export function isOverwritten(database: Database): boolean {
  return readIdentity(database)?.isCopy === true;
}

/**
 * Gives a file a new epoch if {@link isOverwritten}, and makes the file this run's again. Call it in a write
 * transaction.
 *
 * @param served the state of the file that was served before
 * @returns whether that was necessary: another server may have done it
 */
export function renewOverwritten(database: Database, served: Mark): boolean {
  if (!isOverwritten(database)) return false;
  giveNewEpoch(database, served);
  database.prepare("update history set run = ?, closed = 0").run(served.runs.at(-1) ?? "");
  return true;
}

function readIdentity(database: Database): FileIdentity | undefined {
  try {
    return prepareIdentity(database)();
  } catch {
    // A file of an older version, or of another program. Its readers get the error.
    return undefined;
  }
}

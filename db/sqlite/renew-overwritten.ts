import type { Database } from "better-sqlite3";
import type { FileIdentity } from "./file-identity.ts";
import { giveNewEpoch, prepareIdentity } from "./file-identity.ts";
import type { Mark } from "./mark-beside.ts";

/**
 * Whether a tool has written a backup into the file while it is open, such as `.restore` of SQLite's shell: a server clears
 * what a backup has of one when it begins.
 */
export function isOverwritten(database: Database): boolean {
  return readIdentity(database)?.isCopy === true;
}

/**
 * Gives a file a new epoch that {@link isOverwritten}, and makes it this run's again. Call it in a write transaction.
 *
 * @param served what was served of the file before
 * @returns whether it had to be: another server may have done it
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
    // An older version's file, or none of ours: those who read it meet that.
    return undefined;
  }
}

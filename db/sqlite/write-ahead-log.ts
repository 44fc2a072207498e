import { closeSync, openSync, readSync, statSync } from "node:fs";
import { realPathOf } from "./mark-beside.ts";

const headerBytes = 32;
const saltAt = 16;

/** More restarts of a log than are possible in a second: each takes 1000 pages. */
const maxBeginnings = 64;

/** The write-ahead log of a database file, such as `/data/ai_desk.db-wal`. */
export function logPathOf(file: string): string {
  return `${realPathOf(file)}-wal`;
}

/** Whether the file has a log with any content. Call it before SQLite opens the file: SQLite creates an empty log. */
export function hasLog(file: string): boolean {
  try {
    return (statSync(logPathOf(file), { throwIfNoEntry: false })?.size ?? 0) > 0;
  } catch {
    // The log cannot be examined, so it may exist.
    return true;
  }
}

/**
 * The number of a log, with 32 bits, initially random. SQLite adds 1 each time it restarts the log from its beginning,
 * after a complete checkpoint.
 *
 * @returns undefined if there is no log
 */
export function readLogNumber(file: string): number | undefined {
  const header = Buffer.alloc(headerBytes);
  try {
    const handle = openSync(logPathOf(file), "r");
    try {
      if (readSync(handle, header, 0, headerBytes, 0) < headerBytes) return undefined;
    } finally {
      closeSync(handle);
    }
  } catch {
    return undefined;
  }
  return header.readUInt32BE(saltAt);
}

/** Whether the log with `number` is the one that had the number `before` at most a second ago. */
export function isSameLog(before: number, number: number): boolean {
  return (number - before) >>> 0 <= maxBeginnings;
}

import { closeSync, openSync, readSync, statSync } from "node:fs";
import { realPathOf } from "./mark-beside.ts";

const headerBytes = 32;
const saltAt = 16;

/** More often than that no log is begun anew in a second: each time takes 1000 pages. */
const maxBeginnings = 64;

/** The write-ahead log of a database file, such as `/data/ai_desk.db-wal`. */
export function logPathOf(file: string): string {
  return `${realPathOf(file)}-wal`;
}

/** Whether the file has a log with anything in it. Ask before SQLite opens the file: that makes an empty one. */
export function hasLog(file: string): boolean {
  try {
    return (statSync(logPathOf(file), { throwIfNoEntry: false })?.size ?? 0) > 0;
  } catch {
    // It cannot be looked at, which does not say that it is gone.
    return true;
  }
}

/**
 * A number of a log, random and of 32 bits at first. SQLite writes a log from its beginning again each time that all of it is
 * in the file, and then adds 1.
 *
 * @returns undefined where there is no log
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

/** Whether a log of the number `number` is the one that had the number `before` no longer than a second ago. */
export function isSameLog(before: number, number: number): boolean {
  return (number - before) >>> 0 <= maxBeginnings;
}

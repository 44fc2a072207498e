import { closeSync, openSync, readSync, statSync } from "node:fs";
import { realPathOf } from "./mark-beside.ts";

const headerBytes = 32;
const checkpointsAt = 12;
const saltAt = 16;

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
 * A name that tells a log from all others, 8 hexadecimal digits. SQLite adds 1 to the first salt of a log each time it
 * begins the log anew, and counts these times: the difference stays as long as the log is not removed.
 *
 * @returns undefined where there is no log
 */
export function readLogName(file: string): string | undefined {
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
  const name = (header.readUInt32BE(saltAt) - header.readUInt32BE(checkpointsAt)) >>> 0;
  return name.toString(16).padStart(8, "0");
}

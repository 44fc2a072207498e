import { realpathSync, statfsSync } from "node:fs";
import { dirname } from "node:path";

/**
 * The disk space that SQLite needs at once beside a file, in bytes: its shared memory has 32 KiB, and a log begins with
 * a page.
 */
const leastRoomBytes = 40 * 1024;

/**
 * Whether an SQLite error with this code is caused by a full disk although the code does not say so: SQLite cannot
 * create the shared memory or the log of `file`.
 */
export function isForLackOfRoom(code: string, file: string): boolean {
  if (!/^SQLITE_(?:IOERR|CANTOPEN)/.test(code)) return false;
  try {
    const { bavail, bsize, files, ffree } = statfsSync(dirname(realpathSync(file)));
    return bavail * bsize < leastRoomBytes || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}

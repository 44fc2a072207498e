import { realpathSync, statfsSync } from "node:fs";
import { dirname } from "node:path";

/** The room that SQLite needs at once beside a file, in bytes: its shared memory is 32 KiB, and a log begins with a page. */
const leastRoomBytes = 40 * 1024;

/**
 * Whether an error of SQLite with this code comes of a full disk that it does not name: it cannot make the shared memory
 * of `file`, or the file of its log.
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

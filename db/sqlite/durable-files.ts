import { closeSync, fsyncSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";

/** Waits until the content of a file is on disk. */
export function syncFile(path: string): void {
  const handle = openSync(path, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Waits until the file names in the folder of `path` are on disk. Windows has no such call, and does this by itself.
 */
export function syncFolderOf(path: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(dirname(path), "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The endings of the files that SQLite keeps beside a database. */
export const sqliteCompanions = ["-wal", "-shm", "-journal"] as const;

/** Removes a database that no process has open, with its companions. */
export function removeDatabase(path: string): void {
  for (const end of ["", ...sqliteCompanions]) rmSync(`${path}${end}`, { force: true });
}

/** Whether a process with this id runs, of any user. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

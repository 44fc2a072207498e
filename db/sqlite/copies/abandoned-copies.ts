import { readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isRunning, removeDatabase } from "../durable-files.ts";

/** Follows the name of a copy while it is made, before the id of the process that makes it. */
export const partialEnding = ".partial-";

/** Removes what a copying to `beside` left that was killed: the process that its name tells does not run any more. */
export function removeAbandoned(beside: string): void {
  remove(dirname(beside), (name) => name === basename(beside));
}

/**
 * Removes what killed copies left that were to become this database, or the copy of it before a migration. Call it when no
 * other process can be about either. A file that cannot be removed stays.
 */
export function removeAbandonedOf(file: string): void {
  try {
    const real = realpathSync(file);
    const beginning = `${basename(real)}.before-`;
    const isCopy = (name: string): boolean =>
      name === basename(real) || (name.startsWith(beginning) && /^\d+$/.test(name.slice(beginning.length)));
    remove(dirname(real), isCopy);
  } catch {
    // They take room on the disk, and do no other harm.
  }
}

/** @param isOf whether a partial copy is removed that was to have this name */
function remove(folder: string, isOf: (name: string) => boolean): void {
  for (const entry of readdirSync(folder)) {
    const at = entry.lastIndexOf(partialEnding);
    const pid = /^(\d+)(?:-wal|-shm|-journal)?$/.exec(entry.slice(at + partialEnding.length))?.[1];
    if (at < 0 || pid === undefined || !isOf(entry.slice(0, at))) continue;
    if (Number(pid) === process.pid || !isRunning(Number(pid))) {
      removeDatabase(join(folder, `${entry.slice(0, at)}${partialEnding}${pid}`));
    }
  }
}

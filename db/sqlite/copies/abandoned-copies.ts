import { readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isRunning, removeDatabase } from "../durable-files.ts";

/** In the name of an unfinished copy, comes before the id of the process that makes the copy. */
export const partialEnding = ".partial-";

/** Removes unfinished copies for `beside` whose process was killed: the process id in their name no longer runs. */
export function removeAbandoned(beside: string): void {
  remove(dirname(beside), (name) => name === basename(beside));
}

/**
 * Removes unfinished copies that were meant to become this database, or its copy before a migration. Call it when no
 * other process can be making either. A file that cannot be removed stays.
 */
export function removeAbandonedOf(file: string): void {
  try {
    const real = realpathSync(file);
    const beginning = `${basename(real)}.before-`;
    const isCopy = (name: string): boolean =>
      name === basename(real) || (name.startsWith(beginning) && /^\d+$/.test(name.slice(beginning.length)));
    remove(dirname(real), isCopy);
  } catch {
    // Such files use disk space, and do no other harm.
  }
}

/** @param isOf whether to remove an unfinished copy that was meant to get this name */
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

import { existsSync, realpathSync, statSync } from "node:fs";
import { copyDatabase } from "./copy-database.ts";
import type { CopyOptions } from "./copy-database.ts";
import type { CopiedFile } from "./copy-order.ts";
import { sqliteCompanions } from "../durable-files.ts";
import { codeOf, FileError, toFileError } from "../file-error.ts";
import { whyNoDatabase } from "../file-kind.ts";
import { holdFile } from "./hold-file.ts";
import { markPathOf, removeMark } from "../mark-beside.ts";
import { putInPlace } from "./replace-file.ts";

type BackupOptions = Pick<CopyOptions, "onProgress" | "signal"> & {
  /** The database. A server may have it open. */
  file: string;
  /** The path of the copy. */
  to: string;
  /** Whether to replace an existing file. */
  force: boolean;
};

/**
 * Copies a database to `to`, as it is at one moment. The copy gets that name once it is checked and on disk.
 *
 * @throws {FileError} if no copy was made; then `to` is unchanged.
 */
export async function backUp({ file, to, force, ...watching }: BackupOptions): Promise<CopiedFile> {
  try {
    const obstacle = whyNoDatabase(file);
    if (obstacle !== undefined) {
      throw new FileError(`${obstacle} There is nothing to back up. DATABASE_URL names the database.`);
    }
    refuseTarget(file, to, force);
    // Through a symbolic link: otherwise the copy could be on another file system, or would replace the link itself.
    const target = existsSync(to) ? realpathSync(to) : to;
    const held = holdFile(target);
    try {
      const copying = { from: file, beside: target, purpose: "backup", ...watching } as const;
      return await copyDatabase(copying, (path) => {
        held.settle();
        putInPlace(path, target, { replaces: force });
        removeMark(target);
      });
    } finally {
      held.release();
    }
  } catch (error) {
    if (codeOf((error as Error).cause) === "EEXIST") throw alreadyThere(to);
    throw toFileError(error, `back up ${file} to ${to}`);
  }
}

function refuseTarget(file: string, to: string, force: boolean): void {
  const real = realpathSync(file);
  const names = [real, markPathOf(real), ...sqliteCompanions.map((end) => `${real}${end}`)];
  const stats = statSync(to, { throwIfNoEntry: false });
  if (names.includes(stats ? realpathSync(to) : to) || (stats && isSame(file, to))) {
    throw new FileError(`${to} belongs to the database itself. Name another file.`);
  }
  if (stats?.isDirectory()) throw new FileError(`${to} is a folder. Name a file in it.`);
  if (stats && !stats.isFile()) throw new FileError(`${to} is not a regular file. Name another file.`);
  if (stats && !force) throw alreadyThere(to);
  const stray = sqliteCompanions.find((end) => existsSync(`${to}${end}`));
  if (stray !== undefined) {
    throw new FileError(
      `${to}${stray} exists: it belongs to another database of that name. Name another file.`,
    );
  }
}

function alreadyThere(to: string): FileError {
  return new FileError(`${to} exists already. Name another file, or replace it: --force.`);
}

/** Whether two names refer to the same file. */
export function isSame(one: string, other: string): boolean {
  const a = statSync(one);
  const b = statSync(other);
  return a.ino === b.ino && a.dev === b.dev;
}

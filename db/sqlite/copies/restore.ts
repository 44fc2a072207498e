import { chmodSync, chownSync, existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isSame } from "./backup.ts";
import type { CopyOptions } from "./copy-database.ts";
import { copyDatabase } from "./copy-database.ts";
import type { CopiedFile } from "./copy-order.ts";
import { FileError, toFileError, undoAfter } from "../file-error.ts";
import { whyNoDatabase } from "../file-kind.ts";
import { holdFile } from "./hold-file.ts";
import { readMark } from "../mark-beside.ts";
import { putAside, putInPlace, takeBack } from "./replace-file.ts";

type RestoreOptions = Pick<CopyOptions, "onProgress" | "signal"> & {
  /** A backup, or any other database of AI Desk; it stays unchanged. */
  from: string;
  /** The database that the server opens. No program may have it open now. */
  file: string;
  /** Used in the name under which the old database is kept. */
  now: Date;
};

/**
 * Puts a copy of `from` in place of `file`, in a new epoch, so that positions of the old history are invalid. The old
 * database is kept under another name. If the process is killed at any moment, the old or the new database is complete
 * under its name.
 *
 * @returns the contents of the copy, and the name of the old database.
 * @throws {FileError} if nothing was restored; then `file` is unchanged.
 */
export async function restore({
  from,
  file,
  now,
  ...watching
}: RestoreOptions): Promise<CopiedFile & { replaced: string | undefined }> {
  try {
    const target = resolveTarget(file);
    refuseSource(from, target);
    const held = holdFile(target);
    try {
      takeBack(target);
      let replaced: string | undefined;
      const replacedMessageId = Math.max(held.lastMessageId(), readMark(target)?.messageId ?? 0);
      const copying = { from, beside: target, purpose: "restored", replacedMessageId, ...watching } as const;
      const copied = await copyDatabase(copying, (path) => {
        giveToUsersOf(path, target);
        replaced = exchange(path, target, { at: now, isWhole: held.settle() });
      });
      return { ...copied, replaced };
    } finally {
      held.release();
    }
  } catch (error) {
    throw toFileError(error, `restore ${from} to ${file}`);
  }
}

/** Puts the copy at `path` in place of `target`. @returns the name of the old database */
function exchange(path: string, target: string, old: { at: Date; isWhole: boolean }): string | undefined {
  const replaces = existsSync(target);
  try {
    const replaced = putAside(target, old);
    putInPlace(path, target, { replaces });
    return replaced;
  } catch (error) {
    const failed = toFileError(error, `put the copy in the place of ${target}`);
    throw undoAfter(failed, `take back ${target}`, () => takeBack(target));
  }
}

/** The file to which `file` leads through links. Creates its folder if it is missing. */
function resolveTarget(file: string): string {
  if (existsSync(file)) return realpathSync(file);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return join(realpathSync(dirname(file)), basename(file));
}

/**
 * Gives a copy the owner and the mode of the file that it replaces: another user may have access. The user who runs the
 * server must be able to open a file that root has restored.
 */
function giveToUsersOf(path: string, target: string): void {
  const model = statSync(target, { throwIfNoEntry: false });
  const { uid, gid } = model ?? statSync(dirname(target));
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
  // After the owner is set: until then no other user may read the copy.
  if (model) chmodSync(path, model.mode & 0o777);
}

function refuseSource(from: string, target: string): void {
  const obstacle = whyNoDatabase(from);
  if (obstacle !== undefined) throw new FileError(`${obstacle} It cannot be restored. Name a backup.`);
  const whyNoTarget = existsSync(target) ? whyNoDatabase(target) : undefined;
  if (whyNoTarget?.endsWith("folder.") || whyNoTarget?.endsWith("regular file.")) {
    throw new FileError(`${whyNoTarget} DATABASE_URL must name a file.`);
  }
  if (existsSync(target) && isSame(from, target)) {
    throw new FileError(`${from} is the database itself. Name a backup.`);
  }
}

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
  /** A backup, or any other database of AI Desk; it stays as it is. */
  from: string;
  /** The database that the server opens, which no program may have open now. */
  file: string;
  /** Goes into the name under which the present database is kept. */
  now: Date;
};

/**
 * Puts a copy of `from` in the place of `file`, in a new epoch: no position of the old history means anything in it. The
 * database that was there is kept under another name. Whenever the process is killed, the old database or the new one is whole under its
 * name.
 *
 * @returns what the copy holds, and the name of what was there.
 * @throws {FileError} when nothing was restored; then `file` holds what it held.
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

/** Puts the copy at `path` in the place of `target`. @returns the name of what was there. */
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

/** The file itself where `file` is a link to it, and its folder, made if it is missing. */
function resolveTarget(file: string): string {
  if (existsSync(file)) return realpathSync(file);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return join(realpathSync(dirname(file)), basename(file));
}

/**
 * Gives a copy the mode of the file whose place it takes: another user may have been let in. The user
 * that runs the server must be able to open a file that root has restored.
 */
function giveToUsersOf(path: string, target: string): void {
  const model = statSync(target, { throwIfNoEntry: false });
  const { uid, gid } = model ?? statSync(dirname(target));
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
  // After its owner is set: until then no other user may read it.
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

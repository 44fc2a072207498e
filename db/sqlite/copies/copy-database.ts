import { closeSync, fdatasync, openSync, statSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { partialEnding, removeAbandoned } from "./abandoned-copies.ts";
import type { CopiedFile, CopyOrder, CopyPurpose, CopyReport } from "./copy-order.ts";
import { removeDatabase, syncFile } from "../durable-files.ts";
import { FileError, toFileError, undoAfter } from "../file-error.ts";
import { runApart } from "../run-apart.ts";

export type CopyProgress = { step: "copying" | "checking"; bytes: number; expectedBytes: number };

export type CopyOptions = {
  from: string;
  /** The path to which the caller renames the copy. The copy is written beside it, under another name. */
  beside: string;
  purpose: CopyPurpose;
  /** See {@link CopyOrder}. */
  replacedMessageId?: number;
  /** Called several times a second while the copy is made. */
  onProgress?: ((progress: CopyProgress) => void) | undefined;
  /** Aborts the copying, and removes the unfinished copy. */
  signal?: AbortSignal | undefined;
};

const syncData = promisify(fdatasync);

const program = join(import.meta.dirname, "copy-process.ts");

/** The pause between two syncs of the growing copy, in milliseconds. */
const syncPauseMs = 10;

/** How much larger than its original a copy may be, in bytes. */
const slackBytes = 1024 * 1024;

/**
 * Copies a database as it is at one moment. The copy is readable by its owner alone, checked and on disk. A server may
 * write to the file meanwhile: its writes wait for nothing but the disk.
 *
 * @param putInPlace gives the finished copy at `path` its final name
 * @returns the contents of the copy.
 * @throws {FileError} if disk space is insufficient, `from` cannot be read, or the copy cannot be written or put in
 *   place. Nothing of the copy is left then.
 */
export async function copyDatabase(
  options: CopyOptions,
  putInPlace: (path: string) => void,
): Promise<CopiedFile> {
  const { from, beside } = options;
  const doing = `copy ${from} to ${beside}`;
  const path = `${beside}${partialEnding}${process.pid}`;
  try {
    removeAbandoned(beside);
    requireRoom(from, beside);
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    throw toFileError(error, doing);
  }
  try {
    const copied = await runCopy(path, options);
    syncFile(path);
    putInPlace(path);
    return copied;
  } catch (error) {
    throw undoAfter(toFileError(error, doing), `remove ${path}`, () => removeDatabase(path));
  }
}

function requireRoom(from: string, beside: string): void {
  const needed = sizeWithLog(from) + slackBytes;
  const { bavail, bsize } = statfsSync(dirname(beside));
  if (bavail * bsize >= needed) return;
  const room = `a copy of ${from} needs up to ${toMegabytes(needed)}, and ${dirname(beside)} has ${toMegabytes(bavail * bsize)} left`;
  throw new FileError(`Not enough room: ${room}. Make room, or name a path on another disk.`);
}

/** The greatest size of a copy: the file, and its log if all of the log is new. */
function sizeWithLog(file: string): number {
  return statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0);
}

/** A size such as `12.3 MB`, in millions of bytes. */
export function toMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

async function runCopy(
  path: string,
  { from, purpose, replacedMessageId = 0, onProgress, signal }: CopyOptions,
): Promise<CopiedFile> {
  const order = { from, to: path, purpose, replacedMessageId };
  const expectedBytes = sizeWithLog(from);
  let step: CopyProgress["step"] = "copying";
  const done = new AbortController();
  const syncing = syncWhileItGrows(path, done.signal, (bytes) =>
    onProgress?.({ step, bytes, expectedBytes }),
  );
  const take = (report: CopyReport): CopiedFile | undefined => {
    if (report.step === "failed") throw new FileError(report.message);
    if (report.step === "done") return report.copied;
    step = report.step;
    return undefined;
  };
  try {
    return await runApart<CopyOrder, CopyReport, CopiedFile>(program, order, { take, signal });
  } finally {
    done.abort();
    await syncing;
  }
}

/**
 * SQLite syncs the copy once, at its end. By then the system may hold all of it in memory, and every other sync on that
 * disk waits behind it. Syncing now and then keeps that amount small.
 */
async function syncWhileItGrows(
  path: string,
  done: AbortSignal,
  tell: (bytes: number) => void,
): Promise<void> {
  const handle = openSync(path, "r+");
  try {
    while (!done.aborted) {
      tell(statSync(path).size);
      await syncData(handle);
      await wait(syncPauseMs, undefined, { signal: done }).catch(() => undefined);
    }
  } catch {
    // The sync at the end reports a failing disk.
  } finally {
    closeSync(handle);
  }
}

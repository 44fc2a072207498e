import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";

/** The mark: a small file beside a database that records the state that was last served from its path. */
export type Mark = {
  /** The runs of the server that the file may name: one, or two while one run takes over from another. */
  runs: readonly string[];
  /** A lower bound of the number that rises with every commit (see `FileIdentity`), as it was served. */
  listSeq: number;
  /** A lower bound of the last message id that was issued. */
  messageId: number;
  /** Whether nothing was committed after `listSeq`. */
  isSettled: boolean;
  /** The number of the run's write-ahead log (see `readLogNumber`), if everything in the log belongs to the run. */
  log?: number | undefined;
  /** Whether the run has ended, and closed the file. */
  isClosed?: boolean;
};

const about = "AI Desk knows the database beside this file by it. Move it and remove it with the database.";

/** A sector: a disk writes it atomically. Every mark is padded to this length. */
const markBytes = 512;
const checkChars = 16;

/**
 * The path of a database file's mark, such as `/data/ai_desk.db-mark`. If the path is a symbolic link, the mark is
 * beside the file itself.
 */
export function markPathOf(file: string): string {
  return `${realPathOf(file)}-mark`;
}

/** The path by which SQLite names the companions of a database file. */
export function realPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** @returns undefined if there is no mark, or none that was written completely. */
export function readMark(file: string): Mark | undefined {
  try {
    return parseMark(readStart(markPathOf(file)));
  } catch {
    return undefined;
  }
}

function readStart(path: string): string {
  // Opening a pipe would wait until somebody writes to it.
  if (!lstatSync(path).isFile()) return "";
  const handle = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(markBytes);
    return bytes.toString("utf8", 0, readSync(handle, bytes, 0, markBytes, 0));
  } finally {
    closeSync(handle);
  }
}

function parseMark(text: string): Mark | undefined {
  const json = text.slice(checkChars).trim();
  return text.slice(0, checkChars) === checkOf(json) ? (JSON.parse(json) as Mark) : undefined;
}

function checkOf(json: string): string {
  return createHash("sha256").update(json).digest("hex").slice(0, checkChars);
}

/**
 * Overwrites the mark.
 *
 * @param isSynced whether it must be on disk before this returns; by default it is not synced.
 * @returns whether it was written. A mark that cannot be written must not make anything else fail.
 */
export function writeMark(file: string, mark: Mark, { isSynced = false } = {}): boolean {
  const json = JSON.stringify({ about, ...mark });
  const bytes = Buffer.from(`${checkOf(json)} ${json}`.padEnd(markBytes - 1) + "\n");
  const path = markPathOf(file);
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) return false;
    const handle = openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
    try {
      const written = writeSync(handle, bytes, 0, bytes.length, 0);
      if (isSynced) fsyncSync(handle);
      return written === bytes.length;
    } finally {
      closeSync(handle);
    }
  } catch {
    return false;
  }
}

/** Removes the mark of a file that is removed or replaced. @returns whether there is no mark now */
export function removeMark(file: string): boolean {
  try {
    rmSync(markPathOf(file), { force: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * Renames the mark to fit the file's new path. Call it before the file is renamed. @returns whether there was a mark
 */
export function renameMark(file: string, newPath: string): boolean {
  try {
    renameSync(markPathOf(file), `${newPath}-mark`);
    return true;
  } catch {
    return false;
  }
}

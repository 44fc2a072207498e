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

/** The content of the small file beside a database, which says what was last served from there. */
export type Mark = {
  /** The runs of the server that the file may name: one, and while a run takes over from another both. */
  runs: readonly string[];
  /** The last position of the list of sessions that was served, at least. */
  listSeq: number;
  /** The last message id that was given out, at least. */
  messageId: number;
  /** Whether nothing was committed after `listSeq`. */
  isSettled: boolean;
  /** The number of the run's write-ahead log (see `readLogNumber`), where all that is in the log is the run's. */
  log?: number | undefined;
  /** Whether the run has ended, and closed the file. */
  isClosed?: boolean;
};

const about = "AI Desk knows the database beside this file by it. Move it and remove it with the database.";

/** A sector: it reaches a disk whole, and a mark is longer than no other one before it. */
const markBytes = 512;
const checkChars = 16;

/** The mark of a database file, such as `/data/ai_desk.db-mark`: beside the file itself where the path is a symbolic link. */
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

/** @returns undefined where there is none, or none that was written whole. */
export function readMark(file: string): Mark | undefined {
  try {
    return parseMark(readStart(markPathOf(file)));
  } catch {
    return undefined;
  }
}

function readStart(path: string): string {
  // The opening of a pipe would wait for somebody to write to it.
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
 * Writes the mark in place.
 *
 * @param isSynced whether it must be on disk before this returns; by default it is not synced.
 * @returns whether it was written: that it cannot be is no reason for anything else to fail.
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

/** Removes the mark of a file that is removed or replaced. @returns whether there is none now. */
export function removeMark(file: string): boolean {
  try {
    rmSync(markPathOf(file), { force: true });
    return true;
  } catch {
    return false;
  }
}

/** Gives the mark the name that fits the file's new path. Call it before the file is renamed. @returns whether there was one. */
export function renameMark(file: string, newPath: string): boolean {
  try {
    renameSync(markPathOf(file), `${newPath}-mark`);
    return true;
  } catch {
    return false;
  }
}

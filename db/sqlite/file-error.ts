import { SqliteError } from "better-sqlite3";
import { isForLackOfRoom } from "./disk-room.ts";

/** A file cannot be used for a purpose. The message gives the fault and the remedy in sentences. */
export class FileError extends Error {
  override readonly name = "FileError";
}

/** By a code of the system or of SQLite, or the beginning of one: the fault and the remedy. */
const meanings: [code: string, meaning: string][] = [
  ["ENOENT", "a folder or a file of that path does not exist. Make the folder, or name another path."],
  ["ENOTDIR", "a part of that path is a file and not a folder. Name another path."],
  ["EEXIST", "something of that name is there already. Name another path."],
  ["ELOOP", "the symbolic links lead in a circle. Name another path."],
  ["EISDIR", "it is a folder. Name a file."],
  [
    "EACCES",
    "this user may not. Run the command as the user that runs the server, or change the permissions.",
  ],
  [
    "EPERM",
    "this user may not. Run the command as the user that runs the server, or change the permissions.",
  ],
  ["EROFS", "the disk is mounted read-only. Name a path on another disk."],
  ["ENOSPC", "the disk is full. Make room, or name a path on another disk."],
  ["EDQUOT", "this user's share of the disk is used up. Make room, or name a path on another disk."],
  ["EBUSY", "the system holds it, as it does a file that is mounted by itself. Mount its folder instead."],
  ["ENAMETOOLONG", "the name is too long. Name a shorter path."],
  ["EIO", "the disk does not read or write as it should. Look into the system's log."],
  ["EMFILE", "too many files are open. Raise the limit (ulimit -n)."],
  ["SQLITE_FULL", "the disk is full. Make room, or name a path on another disk."],
  ["SQLITE_NOTADB", "it is not an SQLite file. Name another file."],
  ["SQLITE_CORRUPT", "the file is damaged. Restore a backup: ai-desk restore FILE."],
  ["SQLITE_BUSY", "another program has the file locked. Stop that program, or try again later."],
  ["SQLITE_READONLY", "this user may not write the file or its folder. Change the permissions."],
  [
    "SQLITE_CANTOPEN",
    "the file cannot be opened, or its folder cannot be written. Change the permissions of both.",
  ],
  ["SQLITE_IOERR", "the disk does not read or write as it should. Look into the system's log."],
];

/**
 * @param doing the failed operation, to follow "Cannot": such as `read /srv/ai_desk.db`.
 * @param file the database concerned: if its disk is full, the sentence says so.
 */
export function toFileError(error: unknown, doing: string, file?: string): FileError {
  if (error instanceof FileError) return error;
  const code = codeOf(error);
  const known = file !== undefined && isForLackOfRoom(code, file) ? "SQLITE_FULL" : code;
  const [, meaning] = meanings.find(([begin]) => known.startsWith(begin)) ?? [];
  const said = error instanceof Error ? error.message : String(error);
  return new FileError(`Cannot ${doing}: ${meaning ?? `${said}.`}${meaning && code ? ` (${code})` : ""}`, {
    cause: error,
  });
}

/**
 * Cleans up after a failed operation.
 *
 * @param doing the operation of `undo`, as for {@link toFileError}
 * @returns `error`; if `undo` fails too, a {@link FileError} that describes both and has `error` as its cause
 */
export function undoAfter(error: unknown, doing: string, undo: () => void): unknown {
  try {
    undo();
    return error;
  } catch (second) {
    const first = error instanceof Error ? error.message : String(error);
    return new FileError(`${first} Besides: ${toFileError(second, doing).message}`, { cause: error });
  }
}

/** The code of a system or SQLite error; empty if it has none. */
export function codeOf(error: unknown): string {
  if (error instanceof SqliteError) return error.code;
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "";
}

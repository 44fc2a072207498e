import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { DatabaseFileError } from "./database-file-error.ts";
import { sqliteCompanions } from "./durable-files.ts";

/**
 * Creates the file and its folder if they are missing, for this user alone, and tests whether SQLite can use the file.
 * SQLite gives the companions the mode of the file.
 *
 * @throws {DatabaseFileError} if it cannot.
 */
export function prepareFile(file: string): void {
  if (!existsSync(file)) makeFile(file);
  const stats = statSync(file);
  if (stats.isDirectory())
    throw new DatabaseFileError(file, "which is a folder: add the name of a file in it");
  if (!stats.isFile()) throw new DatabaseFileError(file, "which is no regular file: name one");
  refuseUnusable(file, file, "which this user cannot read and write");
  const real = realpathSync(file);
  for (const companion of sqliteCompanions.map((ending) => real + ending)) {
    if (existsSync(companion)) {
      refuseUnusable(file, companion, `and this user cannot read and write ${companion} beside it`);
    }
  }
  refuseUnusable(file, dirname(real), "in a folder that this user cannot write, as the files beside it need");
}

function makeFile(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, "a", 0o600));
  } catch (error) {
    throw new DatabaseFileError(file, `which cannot be made (${reasonOf(error)}): ${wayOut(error)}`, {
      cause: error,
    });
  }
}

/**
 * Asks the system instead of reading the mode: the system knows users, access lists, read-only disks and immutable
 * files.
 */
function refuseUnusable(file: string, path: string, fault: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new DatabaseFileError(file, `${fault} (${reasonOf(error)}): ${wayOut(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

function wayOut(error: unknown): string {
  switch (reasonOf(error)) {
    case "ENOTDIR":
    case "EEXIST":
      return "a part of the path is a file and no folder, so name another path";
    case "ENOENT":
      return "a part of the path leads nowhere, so name another path";
    case "ENAMETOOLONG":
      return "name a shorter path";
    case "ELOOP":
      return "the symbolic links lead in a circle, so name another path";
    case "ENOSPC":
    case "EDQUOT":
      return "the disk is full, so make room";
    case "EROFS":
      return "the disk is mounted read-only, so name a path on another";
    default:
      return "change the permissions, or run the server as a user that has them";
  }
}

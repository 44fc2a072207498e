import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { sqliteCompanions, syncFile, syncFolderOf } from "../durable-files.ts";
import { codeOf, FileError, toFileError } from "../file-error.ts";
import { renameMark } from "../mark-beside.ts";

/**
 * Error codes that mean that a file cannot get a second hard link: the file system has none, or a rule forbids them.
 */
const withoutLinks = new Set(["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"]);

/**
 * Gives `file` and its companions a second name, and removes the companions' first names. The file itself keeps its
 * first name too: if this process is killed at any moment, a complete database is there.
 *
 * @param isWhole whether the file holds everything without its log
 * @returns the second name, or undefined if there is nothing to move aside.
 */
export function putAside(file: string, { at, isWhole }: { at: Date; isWhole: boolean }): string | undefined {
  const logs = sqliteCompanions.filter((end) => existsSync(`${file}${end}`));
  const hasFile = existsSync(file);
  const aside = freeName(`${file}.replaced-${stampOf(at)}`);
  if (hasFile) addName(file, aside);
  for (const end of logs) {
    // Shared memory is rebuilt from the log, and holds no other data.
    if (end !== "-shm" && !(isWhole && hasFile)) addName(`${file}${end}`, `${aside}${end}`);
  }
  renameMark(file, aside);
  syncFolderOf(file);
  for (const end of logs) rmSync(`${file}${end}`, { force: true });
  // Before another file takes the name: a log that reappeared after a power failure would be replayed over that file.
  if (logs.length > 0) syncFolderOf(file);
  return hasFile || logs.length > 0 ? aside : undefined;
}

/**
 * Undoes every {@link putAside} that was not followed by a new file in place of `file`, because the process was killed
 * or failed. Two names of one database are a danger once both are opened.
 *
 * @throws {FileError} if it cannot
 */
export function takeBack(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found || found.nlink < 2) return;
  const beginning = `${basename(file)}.replaced-`;
  for (const name of readdirSync(dirname(file)).filter((each) => each.startsWith(beginning))) {
    const aside = join(dirname(file), name);
    const { ino, dev } = statSync(aside);
    if (ino !== found.ino || dev !== found.dev) continue;
    try {
      for (const end of sqliteCompanions) {
        if (existsSync(`${aside}${end}`)) renameSync(`${aside}${end}`, `${file}${end}`);
      }
      renameMark(aside, file);
      rmSync(aside);
    } catch (error) {
      const { message } = toFileError(error, `put back what was put aside as ${aside}`);
      const remedy = `Before the next start, rename the files of that name by hand, to ${file} and its endings.`;
      throw new FileError(`${message} ${remedy}`, { cause: error });
    }
  }
}

/** A time such as `20251130-235959`, in UTC. */
function stampOf(at: Date): string {
  return at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
}

function freeName(name: string): string {
  const names = [name, ...Array.from({ length: 98 }, (_, index) => `${name}-${index + 2}`)];
  return names.find((each) => !existsSync(each)) ?? `${name}-${process.pid}`;
}

function addName(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch (error) {
    if (!withoutLinks.has(codeOf(error))) throw error;
    copyFileSync(file, name, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    syncFile(name);
  }
}

/**
 * Gives a file its final name, and waits until the name is on disk.
 *
 * @param replaces whether to replace an existing file of that name; otherwise such a file stays, and this throws
 *   EEXIST.
 */
export function putInPlace(path: string, name: string, { replaces }: { replaces: boolean }): void {
  if (replaces) renameSync(path, name);
  else moveToFreeName(path, name);
  syncFolderOf(name);
}

function moveToFreeName(path: string, name: string): void {
  try {
    linkSync(path, name);
  } catch (error) {
    if (!withoutLinks.has(codeOf(error)) || existsSync(name)) throw error;
    renameSync(path, name);
    return;
  }
  rmSync(path);
}

import { readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { copyDatabase } from "./copy-database.ts";
import { DatabaseFileError } from "../database-file-error.ts";
import { removeDatabase } from "../durable-files.ts";
import { putInPlace } from "./replace-file.ts";

/**
 * In the name of a copy, comes between the name of the database and the number of the first migration that the copy
 * lacks.
 */
const ending = ".before-";

/**
 * Copies a database that is about to be migrated, to a file beside it such as `ai_desk.db.before-0004`. Only the newest
 * such copy is kept.
 *
 * @param missing the names of the migrations that the file lacks, in their order
 * @param signal aborts the copying
 * @throws {DatabaseFileError} if no copy was made; the message names the setting that disables the copy.
 */
export async function copyBeforeMigration(
  file: string,
  { missing, signal }: { missing: readonly string[]; signal: AbortSignal | undefined },
): Promise<void> {
  const real = realpathSync(file);
  const [first = ""] = missing;
  const copy = `${real}${ending}${first.slice(0, first.indexOf("-"))}`;
  try {
    await copyDatabase({ from: real, beside: copy, purpose: "migration", signal }, (path) =>
      putInPlace(path, copy, { replaces: true }),
    );
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const fault = `which must be migrated (${missing.join(", ")}), and the copy before that failed. ${reason} The file is as it was: mend that, or set MIGRATION_COPY=off to migrate it without a copy`;
    throw new DatabaseFileError(file, fault, { cause: error });
  }
  for (const other of findCopies(real)) if (other !== copy) removeDatabase(other);
}

function findCopies(real: string): string[] {
  const beginning = `${basename(real)}${ending}`;
  return readdirSync(dirname(real))
    .filter((name) => name.startsWith(beginning) && /^\d+$/.test(name.slice(beginning.length)))
    .map((name) => join(dirname(real), name));
}

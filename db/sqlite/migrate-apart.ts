import { join } from "node:path";
import { SqliteError } from "better-sqlite3";
import type { Migrated } from "./migrate.ts";
import { ForeignDatabaseError, NewerDatabaseError } from "./migrate.ts";
import { DatabaseFileError } from "./database-file-error.ts";
import type { MigrationOrder, MigrationReport } from "./migration-order.ts";
import { ProcessError, runApart } from "./run-apart.ts";

const program = join(import.meta.dirname, "migration-process.ts");

/**
 * Migrates a file in a separate process, while this process answers requests.
 *
 * @param signal aborts the migration: the file is unchanged the next time it is opened.
 * @throws {DatabaseFileError} if the process cannot be started, or is killed
 * @throws the errors of a migration in this process
 */
export async function migrateApart(
  order: Omit<MigrationOrder, "by">,
  signal: AbortSignal | undefined,
): Promise<Migrated> {
  try {
    return await runApart<MigrationOrder, MigrationReport, Migrated>(program, order, {
      take,
      signal,
    });
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    throw new DatabaseFileError(order.file, `which must be migrated, and ${error.message}`, { cause: error });
  }
}

function take({ migrated, fault }: MigrationReport): Migrated {
  if (fault) throw toError(fault);
  return migrated;
}

const refusals = [DatabaseFileError, ForeignDatabaseError, NewerDatabaseError];

/** The error as it was thrown, without its stack. */
function toError({ name, message, code }: NonNullable<MigrationReport["fault"]>): unknown {
  if (code !== undefined) return new SqliteError(message, code);
  const refusal = refusals.find((kind) => kind.name === name);
  return Object.assign(refusal ? (Object.create(refusal.prototype) as Error) : new Error(), {
    name,
    message,
  });
}

import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { SqliteError } from "better-sqlite3";
import type { MadeMigration } from "../migrate.ts";
import { ForeignDatabaseError, NewerDatabaseError } from "../migrate.ts";
import { DatabaseFileError } from "./database-file-error.ts";
import type { MigrationOrder, MigrationReport } from "./migration-order.ts";

const program = join(import.meta.dirname, "migration-process.ts");

/**
 * Migrates a file in a process of its own, while this one answers others.
 *
 * @param signal ends the migrating: the file is as it was, once it is opened again.
 * @throws what migrating it here would throw
 */
export async function migrateApart(
  order: Omit<MigrationOrder, "by">,
  signal: AbortSignal | undefined,
): Promise<MadeMigration[]> {
  signal?.throwIfAborted();
  const child = fork(program, [JSON.stringify({ ...order, by: process.pid } satisfies MigrationOrder)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const kill = (): boolean => child.kill("SIGKILL");
  signal?.addEventListener("abort", kill);
  process.once("exit", kill);
  try {
    let report: MigrationReport | undefined;
    child.on("message", (message) => {
      report = message as MigrationReport;
    });
    const [code, by] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    signal?.throwIfAborted();
    if (!report) throw new Error(`The process that migrates ${order.file} has ended (${by ?? code}).`);
    if (report.fault) throw toError(report.fault);
    return report.made;
  } finally {
    signal?.removeEventListener("abort", kill);
    process.off("exit", kill);
  }
}

const refusals = [DatabaseFileError, ForeignDatabaseError, NewerDatabaseError];

/** The error as it was thrown, but for its stack. */
function toError({ name, message, code }: NonNullable<MigrationReport["fault"]>): unknown {
  if (code !== undefined) return new SqliteError(message, code);
  const refusal = refusals.find((kind) => kind.name === name);
  return Object.assign(refusal ? (Object.create(refusal.prototype) as Error) : new Error(), {
    name,
    message,
  });
}

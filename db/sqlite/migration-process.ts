import { SqliteError } from "better-sqlite3";
import { openForWriting } from "./writer.ts";
import { bringUpToDate } from "./bring-up-to-date.ts";
import { closeAtExit } from "./close-at-exit.ts";
import { closeKeepingLog } from "./close-keeping-log.ts";
import { endWithParent } from "./end-with-parent.ts";
import type { MigrationOrder, MigrationReport } from "./migration-order.ts";

// The program of a separate process: a migration is a few long SQLite calls, which would block the server.
const order = JSON.parse(process.argv[2] ?? "") as MigrationOrder;
process.on("disconnect", () => process.exit(1));
await endWithParent(order.by);
report(await run(order));

async function run({ file, synchronous, copiesBeforeMigration }: MigrationOrder): Promise<MigrationReport> {
  try {
    const database = openForWriting({ file, synchronous, busyTimeoutMs: 0 });
    closeAtExit(() => closeKeepingLog(database, file));
    try {
      return { migrated: await bringUpToDate(database, { file, copiesBeforeMigration }) };
    } finally {
      closeKeepingLog(database, file);
    }
  } catch (error) {
    const { name, message } = error as Error;
    return { fault: { name, message, ...(error instanceof SqliteError && { code: error.code }) } };
  }
}

function report(message: MigrationReport): void {
  process.send?.(message, () => process.disconnect?.());
}

import { resolve } from "node:path";
import { backUp } from "../../db/sqlite/copies/backup.ts";
import { toMegabytes } from "../../db/sqlite/copies/copy-database.ts";
import { readDatabaseFile } from "../config.ts";
import { runCopying, warnOfFaults } from "./copying.ts";
import { describeContent } from "./describe-content.ts";
import type { VerbCall } from "./verb.ts";

/** Copies the database. A server may have it open. @returns the exit code. */
export function run({ args, options, environment }: VerbCall): Promise<number> {
  const file = resolve(readDatabaseFile(environment));
  const to = resolve(args[0] ?? "");
  return runCopying(async (watch) => {
    const copied = await backUp({ file, to, force: options.has("force"), ...watch });
    warnOfFaults(copied.faults);
    process.stdout.write(
      `Backed up ${file} to ${to}: ${describeContent(copied)}, ${toMegabytes(copied.bytes)}, checked and on disk.\n`,
    );
  });
}

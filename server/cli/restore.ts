import { resolve } from "node:path";
import { restore } from "../../db/sqlite/copies/restore.ts";
import { readDatabaseFile } from "../config.ts";
import { runCopying, warnOfFaults } from "./copying.ts";
import { describeContent } from "./describe-content.ts";
import type { VerbCall } from "./verb.ts";

/** Puts a backup in place of the database. No program may have the database open. @returns the exit code. */
export function run({ args, environment }: VerbCall): Promise<number> {
  const file = resolve(readDatabaseFile(environment));
  const from = resolve(args[0] ?? "");
  return runCopying(async (watch) => {
    const restored = await restore({ from, file, now: new Date(), ...watch });
    warnOfFaults(restored.faults);
    process.stdout.write(
      `Restored ${from} to ${file}: ${describeContent(restored)}, in a new epoch.\n` +
        (restored.replaced === undefined ? "" : `The old file is kept as ${restored.replaced}.\n`),
    );
  });
}

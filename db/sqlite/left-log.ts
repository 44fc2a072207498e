import { statSync } from "node:fs";
import { realPathOf } from "./mark-beside.ts";

/**
 * Warns of a log that is left after a database was closed: another program reads the file, and prevents the checkpoint.
 */
export function warnOfLeftLog(file: string, warn: ((message: string) => void) | undefined): void {
  const log = `${realPathOf(file)}-wal`;
  const bytes = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes === 0) return;
  warn?.(
    `Another program has ${file} open: ${log} is left beside it, ${(bytes / 1e6).toFixed(1)} MB that are not all in the ` +
      "file. Nothing is lost as long as both stay together: the next start takes it in.",
  );
}

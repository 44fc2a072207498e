import { constants } from "node:os";
import type { CopyProgress } from "../../db/sqlite/copies/copy-database.ts";
import { toMegabytes } from "../../db/sqlite/copies/copy-database.ts";
import { FileError } from "../../db/sqlite/file-error.ts";

type CopyWatch = { onProgress: (progress: CopyProgress) => void; signal: AbortSignal };

/** Returns to the start of a terminal line and clears the line. */
const clearLine = "\r\u001B[K";

/**
 * Runs an operation that copies a database. Shows its progress on a terminal, and aborts it on a signal.
 *
 * @returns the exit code: 0, or after a signal the code that a shell uses for it.
 * @throws {FileError} if the operation fails.
 */
export async function runCopying(work: (watch: CopyWatch) => Promise<void>): Promise<number> {
  const stop = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      stoppedBy ??= signal;
      stop.abort(
        new FileError(`Stopped by ${signal}: nothing was changed, and nothing of the copy is left.`),
      );
    });
  }
  const showsProgress = process.stderr.isTTY;
  const clear = (): void => void (showsProgress && process.stderr.write(clearLine));
  try {
    await work({
      signal: stop.signal,
      onProgress: (progress) => void (showsProgress && process.stderr.write(clearLine + describe(progress))),
    });
    clear();
    return 0;
  } catch (error) {
    clear();
    if (stoppedBy === undefined || !(error instanceof FileError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 128 + constants.signals[stoppedBy];
  }
}

function describe({ step, bytes, expectedBytes }: CopyProgress): string {
  if (step === "checking") return `Checking the copy (${toMegabytes(bytes)}) …`;
  const percent = Math.min(99, Math.floor((100 * bytes) / Math.max(1, expectedBytes)));
  return `Copying: ${percent} % (${toMegabytes(bytes)} of ${toMegabytes(expectedBytes)}) …`;
}

/** Prints the faults of a usable copy, which come from its original. */
export function warnOfFaults(faults: readonly string[]): void {
  if (faults.length === 0) return;
  process.stderr.write(`Warning: the copy is whole, and has the faults of its original.\n`);
  for (const fault of faults) process.stderr.write(`- ${fault}\n`);
}

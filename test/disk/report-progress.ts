import { isLongForm } from "./failing-calls.ts";

/** The number of progress reports of a loop of the long form. */
const reports = 20;

/** Prints the progress of the long form at once. vitest may hold back stdout until the test has ended. */
export function reportProgress(what: string, done: number, total: number): void {
  if (!isLongForm || done % Math.ceil(total / reports) > 0) return;
  process.stderr.write(`${performance.now().toFixed(0)} ms  ${what}: ${done} of ${total}\n`);
}

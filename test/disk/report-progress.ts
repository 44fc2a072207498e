import { isLongForm } from "./failing-calls.ts";

/** How often a loop of the long form is heard of. */
const reports = 20;

/** Tells how far the long form is, at once: vitest may keep what goes to stdout until the test has ended. */
export function reportProgress(what: string, done: number, total: number): void {
  if (!isLongForm || done % Math.ceil(total / reports) > 0) return;
  process.stderr.write(`${performance.now().toFixed(0)} ms  ${what}: ${done} of ${total}\n`);
}

import { checkListReaders } from "./check-list-readers.ts";
import { checkReaders } from "./check-readers.ts";
import { checkWrites } from "./check-writes.ts";
import type { History } from "./history.ts";
import type { Violation } from "./violation.ts";

/** All that is wrong with a history; nothing if the server kept its promises. Looks at nothing but the history. */
export function checkHistory(history: History): Violation[] {
  return [...checkWrites(history), ...checkReaders(history), ...checkListReaders(history)];
}

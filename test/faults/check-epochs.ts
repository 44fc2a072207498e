import type { History } from "./history.ts";
import type { Violation } from "./violation.ts";
import { violation } from "./violation.ts";

/** Checks that the epoch changes after each copy that was put back, and only then. */
export function checkEpochs({ epochs, epoch }: History): Violation[] {
  const found = [...epochs, epoch].join(", ");
  const isNewEachTime = new Set(epochs).size === epochs.length;
  return isNewEachTime && epochs.at(-1) === epoch ? [] : [violation("EPOCH", found)];
}

import { checkEnd } from "./check-end.ts";
import { checkSends } from "./check-sends.ts";
import { checkChanges } from "./check-changes.ts";
import { checkSnapshots } from "./check-snapshots.ts";
import { checkKept } from "./check-kept.ts";
import type { StoreHistory } from "./client-history.ts";
import type { StoreViolation } from "./store-violation.ts";
import { violation } from "./store-violation.ts";

/** All violations in a history; none if the stores kept their promises. Uses only the history. */
export function checkStores(history: StoreHistory): StoreViolation[] {
  return [
    ...history.incidents.map((incident) => violation("SERVER_ERROR", incident)),
    ...checkSends(history),
    ...checkChanges(history),
    ...checkSnapshots(history),
    ...checkKept(history),
    ...checkEnd(history),
  ];
}

import { describe, expect, test } from "vitest";
import { checkStores } from "./check-stores.ts";
import { clientScenarioOf } from "./client-scenario.ts";
import { runClientScenario } from "./run-client-scenario.ts";

/** Seeds that once found a bug. They are kept. */
const regressions: number[] = [];
/** `npm run test:client-faults` runs more seeds, or chosen ones. */
const [first = 1, last = first] = (process.env["FAULT_SEEDS"] ?? "1-3").split("-").map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe("under faults of servers, networks and clients, each store ends with the server's state, and no send is lost or duplicated", () => {
  test.each([...new Set([...regressions, ...seeds])])("seed %i", { timeout: 120_000 }, async (seed) => {
    const history = await runClientScenario(clientScenarioOf(seed));
    expect(checkStores(history)).toEqual([]);
  });
});

import { describe, expect, test } from "vitest";
import { checkStores } from "./check-stores.ts";
import { clientScenarioOf } from "./client-scenario.ts";
import { runClientScenario } from "./run-client-scenario.ts";

/** Seeds that once found something. They stay. */
const regressions: number[] = [];
/** `npm run test:client-faults` runs more, and any. */
const [first = 1, last = first] = (process.env["FAULT_SEEDS"] ?? "1-3").split("-").map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe("whatever happens to servers, networks and clients, each store ends with what the server has, and no send is lost or doubled", () => {
  test.each([...new Set([...regressions, ...seeds])])("seed %i", { timeout: 120_000 }, async (seed) => {
    const history = await runClientScenario(clientScenarioOf(seed));
    expect(checkStores(history)).toEqual([]);
  });
});

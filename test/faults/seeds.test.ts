import { describe, expect, test } from "vitest";
import { checkHistory } from "./check-history.ts";
import { runScenario } from "./run-scenario.ts";
import { scenarioOf } from "./scenario.ts";

/** Seeds that once found something. They stay. */
const regressions: number[] = [];
/** `npm run test:faults` runs more, and any. */
const [first = 1, last = first] = (process.env["FAULT_SEEDS"] ?? "1-20").split("-").map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe("whatever happens to the server, the connections and the clock, no reader and no writer loses anything, at every door [DURABLE-2] [ORDER-3] [ORDER-4] [ATTACH-1] [RESUME-1] [RESUME-3] [RESET-2] [LIST-2] [KEY-1]", () => {
  test.each([...new Set([...regressions, ...seeds])])("seed %i", { timeout: 60_000 }, async (seed) => {
    expect(checkHistory(await runScenario(scenarioOf(seed)))).toEqual([]);
  });
});

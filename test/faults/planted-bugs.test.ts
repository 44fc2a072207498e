import { expect, test } from "vitest";
import { copyWith } from "../support/changed-copy.ts";
import { checkHistory } from "./check-history.ts";
import { plantedBugs } from "./planted-bugs.ts";
import { noBug } from "./planted/no-bug.ts";
import { comingAndGoing } from "./planted/planted-bug.ts";
import { runScenario } from "./run-scenario.ts";
import { calm } from "./scenario.ts";

/** The findings also depend on the machine: a bug that does not show with one seed may show with another. */
const seeds = [1, 2, 3, 4];

test("each text that is edited stands in its file once", () => {
  const edited = plantedBugs.flatMap((planted) => ("edits" in planted ? [planted.edits] : []));
  for (const edits of edited) expect(() => copyWith(edits)).not.toThrow();
});

test("the checker finds nothing where ports are wrapped and nothing is wrong", async () => {
  // It is waited out by what is wrong alone, so it leaves room for a busy machine.
  const scenario = { ...calm, ...comingAndGoing, kills: 1, secondServer: true, patienceMs: 60_000, seed: 1 };
  expect(checkHistory(await runScenario(scenario, { bug: noBug.bug }))).toEqual([]);
});

test.each(plantedBugs)("the checker finds it, as $caughtAs: $bug", { timeout: 180_000 }, async (planted) => {
  const product = "edits" in planted ? { root: copyWith(planted.edits) } : { bug: planted.bug };
  const found = new Set<string>();
  for (const seed of seeds) {
    if (found.has(planted.caughtAs)) break;
    const history = await runScenario({ ...calm, ...planted.when, seed }, product);
    for (const { name } of checkHistory(history)) found.add(name);
  }
  expect([...found]).toContain(planted.caughtAs);
});

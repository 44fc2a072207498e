import { describe, expect, test } from "vitest";
import { checkHistory } from "./check-history.ts";
import { fallenBehindBytes } from "./hold-up.ts";
import type { History } from "./history.ts";
import { runScenario } from "./run-scenario.ts";
import { scenarioOf } from "./scenario.ts";

/** Seeds that once found something. They stay. */
const regressions: number[] = [];
/** `npm run test:faults` runs more, and any. */
const [first = 1, last = first] = (process.env["FAULT_SEEDS"] ?? "1-20").split("-").map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
const heavySeeds = seeds.filter((seed) => scenarioOf(seed).heavy);
/** In one such seed the server may be killed before any reader has fallen behind, but not in so many. */
const enoughHeavySeeds = 4;

describe("whatever happens to the server, its file, the connections and the clock, no reader and no writer loses anything, at every door [DURABLE-2] [ORDER-3] [ORDER-4] [ATTACH-1] [RESUME-1] [RESUME-3] [RESET-2] [LIST-2] [KEY-1] [FILE-1] [FILE-2]", () => {
  const fallenBehind: string[] = [];

  test.each([...new Set([...regressions, ...seeds])])("seed %i", { timeout: 240_000 }, async (seed) => {
    const history = await runScenario(scenarioOf(seed));
    fallenBehind.push(...doorsOfFallenBehind(history));
    expect(checkHistory(history)).toEqual([]);
  });

  test.runIf(heavySeeds.length >= enoughHeavySeeds)(
    "among them readers that fell behind what the server may hold for them [SLOW-1]",
    () => {
      process.stdout.write(
        `${fallenBehind.length} readers fell behind, by ${new Set(fallenBehind).size} doors\n`,
      );
      expect(fallenBehind).not.toEqual([]);
    },
  );
});

function doorsOfFallenBehind({ readers, messageReaders }: History): string[] {
  return [...readers, ...messageReaders].flatMap(({ door, attachments }) =>
    attachments.filter(({ heldUpBytes }) => heldUpBytes > fallenBehindBytes).map(() => door),
  );
}

import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

/** What is seen in a run is large, and one process ran out of 4 GB after 87 seeds: each is given so many. */
const seedsPerProcess = 40;

const repository = resolve(import.meta.dirname, "../..");
const [first = 1, last = first] = (process.argv[2] ?? "1-200").split("-").map(Number);
if (!(first >= 1 && last >= first)) throw new Error("Say which seeds: 17, or 1-200.");

for (let from = first; from <= last; from += seedsPerProcess) {
  const seeds = `${from}-${Math.min(last, from + seedsPerProcess - 1)}`;
  const vitest = join(repository, "node_modules/vitest/vitest.mjs");
  const config = join(repository, "test/vitest.config.ts");
  const args = [vitest, "run", "--reporter=verbose", "--config", config, "test/faults/seeds"];
  const { status } = spawnSync(process.execPath, [join(repository, "server/launch.js"), ...args], {
    cwd: repository,
    env: { ...process.env, FAULT_SEEDS: seeds },
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}

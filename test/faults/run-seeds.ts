import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

// Runs the seeds of a folder of tests, `17` or `1-200`, or with `--planted` all its planted bugs.
const repository = resolve(import.meta.dirname, "../..");
const [folder = "", seeds = "1-200"] = process.argv.slice(2);
const isPlanted = seeds === "--planted";
const [first = 1, last = first] = seeds.split("-").map(Number);
if (!isPlanted && !(first >= 1 && last >= first)) throw new Error("Say which seeds: 17, or 1-200.");

const vitest = join(repository, "node_modules/vitest/vitest.mjs");
const config = join(repository, "test/vitest.config.ts");
const tests = `${folder}/${isPlanted ? "planted" : "seeds"}`;
const args = [vitest, "run", "--reporter=verbose", "--config", config, tests];
const { status } = spawnSync(process.execPath, [join(repository, "server/launch.js"), ...args], {
  cwd: repository,
  env: { ...process.env, ...(isPlanted ? { PLANTED_BUGS: "all" } : { FAULT_SEEDS: seeds }) },
  stdio: "inherit",
});
process.exitCode = status ?? 1;

import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../..");
const seeds = process.argv[2] ?? "1-200";
const [first = 1, last = first] = seeds.split("-").map(Number);
if (!(first >= 1 && last >= first)) throw new Error("Say which seeds: 17, or 1-200.");

const vitest = join(repository, "node_modules/vitest/vitest.mjs");
const config = join(repository, "test/vitest.config.ts");
const args = [vitest, "run", "--reporter=verbose", "--config", config, "test/faults/seeds"];
const { status } = spawnSync(process.execPath, [join(repository, "server/launch.js"), ...args], {
  cwd: repository,
  env: { ...process.env, FAULT_SEEDS: seeds },
  stdio: "inherit",
});
process.exitCode = status ?? 1;

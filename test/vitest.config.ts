import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./longest-first.ts";
import { filesOfTheirOwn } from "./test-files.ts";

const all = ["test/**/*.test.ts"];

export default defineConfig({
  test: {
    // One more than there are cores: they wait for processes more than they compute.
    maxWorkers: availableParallelism() + 1,
    // A wait is for an event, so these are never waited out but by a test that fails: they leave room for a busy machine.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    // Programs that tests start share one cache of compiled code.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") },
    reporters: ["default", "./test/left-out-rules.ts"],
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: "alone", include: filesOfTheirOwn } },
      // One process for file after file, which loads the server and its libraries once.
      { extends: true, test: { name: "shared", include: all, exclude: filesOfTheirOwn, isolate: false } },
    ],
  },
});

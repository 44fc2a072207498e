import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // One a core: vitest would leave one out, and these wait for processes more than they compute.
    maxWorkers: availableParallelism(),
    // A wait is for an event, so these are never waited out but by a test that fails: they leave room for a busy machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
});

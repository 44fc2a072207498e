/** Test files that look at the process they run in, or change it, each of which has one of its own. */
export const filesOfTheirOwn: string[] = [
  // They ask what the garbage collector takes, or count what is left in the process.
  "test/domain/held-memory.test.ts",
  "test/http/socket-trace.test.ts",
  "test/trpc/kept-input.test.ts",
];

/** Those that take longest, by what they take of two cores. A machine that runs them for the first time knows no better. */
export const longest: string[] = [
  "test/faults/planted-bugs.test.ts",
  "test/faults/seeds.test.ts",
  "test/client-faults/planted-client-bugs.test.ts",
  "test/client-faults/seeds.test.ts",
  "test/house/fresh-clone.test.ts",
  "test/client-sdk/package/types.test.ts",
  "test/disk/planted-faults.test.ts",
  "test/disk/failing-checkpoints.test.ts",
  "test/disk/crash-images.test.ts",
  "test/house/operating.test.ts",
  "test/fronts/dev-server.test.ts",
  "test/fronts/fronts.test.ts",
  "test/cli/backup-and-restore.test.ts",
  "test/cli/refused-starts.test.ts",
  "test/db/sqlite/copies/restore.test.ts",
  "test/cli/launch.test.ts",
  "test/house/readme.test.ts",
  "test/client-sdk/package/consumers.test.ts",
  "test/client-sdk/pack-and-consume.test.ts",
  "test/bench/bench.test.ts",
  "test/attacks/attacks.test.ts",
  "test/cli/starting.test.ts",
  "test/cli/log-destination.test.ts",
  "test/disk/killed-copies.test.ts",
  "test/disk/failing-start.test.ts",
  "test/disk/injected-failures.test.ts",
  "test/client-sdk/chat/restart.test.ts",
  "test/client-sdk/chat/tabs.test.ts",
  "test/client-sdk/chat/tab-line.test.ts",
  "test/client-sdk/chat/random-faults.test.ts",
  "test/doors/stopping.test.ts",
  "test/doors/attach-and-resume.test.ts",
  "test/rest/openapi-tools.test.ts",
];

/** Test files that look at the process they run in, or change it, each of which has one of its own. */
export const filesOfTheirOwn: string[] = [
  // They ask what the garbage collector takes, or count what is left in the process.
  "test/domain/held-memory.test.ts",
  "test/http/socket-trace.test.ts",
  "test/trpc/kept-input.test.ts",
];

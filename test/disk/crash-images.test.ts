import { expect, test } from "vitest";
import type { Recording } from "./crash-images.ts";
import { isLongForm } from "./failing-calls.ts";
import type { Attempt } from "./senders.ts";
import type { RecordOptions } from "./record.ts";
import { record } from "./record.ts";
import { crashAndReport, expectModelToBeTrue, faultsOf, mostLost } from "./report-crashes.ts";
import { describeTraced } from "./strace.ts";

/** The number of checkpoints of the write-ahead log while the server was running. */
function countCheckpoints({ lives }: Recording): number {
  const syncs = lives.flat().filter((call) => call.kind === "sync" && call.handle.target.endsWith(".db"));
  // Two belong to the first start, and one to the end of each life or to the start after it.
  return syncs.length - 2 - lives.length;
}

function expectAllStored(attempts: Attempt[], lives: RecordOptions["lives"]): void {
  const answered = attempts.filter(({ outcome }) => outcome !== "unavailable");
  expect(answered.filter(({ outcome }) => outcome !== "stored").slice(0, 3)).toEqual([]);
  expect(answered).toHaveLength(lives.reduce((sum, { messages }) => sum + messages, 0));
}

describeTraced("a crash after any call leaves files that lack no more than is allowed", 3_600_000, () => {
  test("with full no acknowledged message is missing, and the epoch stays [DURABLE-1] [DURABLE-2] [DURABLE-3] [FILE-1]", async () => {
    const lives: RecordOptions["lives"] = isLongForm
      ? [
          { messages: 250, end: "SIGKILL" },
          { messages: 200, end: "SIGKILL" },
          { messages: 200, end: "SIGTERM" },
        ]
      : [
          { messages: 30, end: "SIGKILL" },
          { messages: 170, end: "SIGTERM" },
        ];
    const recording = await record({ synchronous: "full", lives });
    expectAllStored(recording.attempts, lives);
    expectModelToBeTrue(recording);
    expect(countCheckpoints(recording)).toBeGreaterThan(0);
    const crashes = await crashAndReport(recording, "full", isLongForm ? 4000 : 75);
    expect(faultsOf(crashes)).toEqual([]);
    expect(crashes.at(-1)?.acknowledged).toBeGreaterThan(195);
  });

  test.each(["full", "normal"] as const)(
    "the epoch stays after whatever step of a start or a stop a crash comes, under %s [FILE-1]",
    async (synchronous) => {
      const lives: RecordOptions["lives"] = [
        { messages: 1, end: "SIGTERM" },
        { messages: 1, end: "SIGKILL" },
        { messages: 1, end: "SIGTERM" },
      ];
      const recording = await record({ synchronous, lives });
      expectModelToBeTrue(recording);
      const count = isLongForm ? Number.POSITIVE_INFINITY : 30;
      const crashes = await crashAndReport(recording, `${synchronous}, starts and stops`, count);
      const told = crashes.filter(({ missing }) => synchronous === "full" || missing.length === 0);
      expect(faultsOf(told)).toEqual([]);
    },
  );

  test("with normal a power failure loses only the newest commits, and a kill loses nothing [DURABLE-3]", async () => {
    const messages = isLongForm ? 300 : 60;
    const lives: RecordOptions["lives"] = [{ messages, end: isLongForm ? "SIGTERM" : "SIGKILL" }];
    const recording = await record({ synchronous: "normal", lives });
    expectAllStored(recording.attempts, lives);
    expectModelToBeTrue(recording);
    const crashes = await crashAndReport(recording, "normal", isLongForm ? 1500 : 25);
    expect(faultsOf(crashes.filter(({ kind }) => kind === "process killed"))).toEqual([]);
    expect(crashes.flatMap(({ violations }) => violations)).toEqual([]);
    // If messages of a published `seq` are missing, the epoch is a new one, unless the mark was lost too.
    expect(crashes.filter(({ hasNewEpoch, missing }) => hasNewEpoch && missing.length === 0)).toEqual([]);
    expect(mostLost(crashes, "power lost, only what was synced").lost).toBeGreaterThan(0);
  });

  test("no message is missing if syncs fail and no later sync writes their data [DURABLE-4]", async () => {
    const lives: RecordOptions["lives"] = isLongForm
      ? [
          { messages: 220, end: "SIGKILL" },
          { messages: 220, end: "SIGTERM" },
        ]
      : [{ messages: 80, end: "SIGKILL" }];
    const inject = "fsync,fdatasync:error=EIO:when=19+3";
    const recording = await record({ synchronous: "full", lives, inject });
    expectAllStored(recording.attempts, lives);
    expectModelToBeTrue(recording);
    const refused = recording.attempts.filter(({ outcome }) => outcome === "unavailable");
    expect(refused.length).toBeGreaterThan(10);
    const crashes = await crashAndReport(recording, "full, failing syncs", isLongForm ? 2000 : 35);
    expect(faultsOf(crashes)).toEqual([]);
  });
});

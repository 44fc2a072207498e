import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import type { Crash, CrashKind, Recording } from "./crash-images.ts";
import { crash, crashKinds, replay } from "./crash-images.ts";
import { isLongForm } from "./failing-calls.ts";
import type { Attempt } from "./senders.ts";
import type { RecordOptions } from "./record.ts";
import { record } from "./record.ts";
import { reportProgress } from "./report-progress.ts";
import { describeTraced } from "./strace.ts";

const seed = Number(process.env["SEED"] ?? 1);
/** The number of checkpoints of the write-ahead log while the server was running. */
function countCheckpoints({ lives }: Recording): number {
  const syncs = lives.flat().filter((call) => call.kind === "sync" && call.handle.target.endsWith(".db"));
  // Two belong to the first start, and one to the end of each life or to the start after it.
  return syncs.length - 2 - lives.length;
}

function expectModelToBeTrue(recording: Recording): void {
  const last = [...replay(recording)].at(-1);
  const files = readdirSync(recording.folder).filter((name) => !name.endsWith("-shm"));
  const onDisk = new Map(files.map((name) => [name, readFileSync(join(recording.folder, name))]));
  expect(last?.folder.seen()).toEqual(onDisk);
}

function expectAllStored(attempts: Attempt[], lives: RecordOptions["lives"]): void {
  const answered = attempts.filter(({ outcome }) => outcome !== "unavailable");
  expect(answered.filter(({ outcome }) => outcome !== "stored").slice(0, 3)).toEqual([]);
  expect(answered).toHaveLength(lives.reduce((sum, { messages }) => sum + messages, 0));
}

/** The crashes with a loss or a fault, in a short form. */
function faultsOf(crashes: Crash[]): string[] {
  return crashes
    .filter(
      ({ missing, violations, hasNewEpoch }) => missing.length > 0 || violations.length > 0 || hasNewEpoch,
    )
    .map(({ at, kind, acknowledged, missing, violations, hasNewEpoch }) =>
      [
        `${kind} after call ${at}: LOST ${missing.length} of ${acknowledged}`,
        ...violations,
        ...(hasNewEpoch ? ["EPOCH"] : []),
      ].join("; "),
    );
}

/** The largest loss of any of these crashes. */
function mostLost(crashes: Crash[], kind: CrashKind): { lost: number; acknowledged: number } {
  const [worst] = crashes
    .filter((each) => each.kind === kind)
    .toSorted((a, b) => b.missing.length - a.missing.length);
  const lost = worst?.missing.length ?? 0;
  const acknowledged = lost > 0 ? worst?.acknowledged : crashes.at(-1)?.acknowledged;
  return { lost, acknowledged: acknowledged ?? 0 };
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

/** Reports the checked images and the findings: numbers tell more than a passed test. */
async function crashAndReport(recording: Recording, level: string, count: number): Promise<Crash[]> {
  const { moments, crashes } = await crash(recording, {
    count,
    seed,
    scratch: makeTemporaryFolder(),
    onProgress: (looked, chosen) => reportProgress(`${level}: crashes`, looked, chosen),
  });
  const found = crashKinds.map((kind) => {
    const { lost, acknowledged } = mostLost(crashes, kind);
    return `  ${kind}: at most ${lost} lost of ${acknowledged} acknowledged`;
  });
  const looked = `${level}: ${crashes.length} images after ${Math.min(count, moments)} of ${moments} calls, seed ${seed}`;
  process.stdout.write([looked, ...found, ""].join("\n"));
  return crashes;
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import type { Crash, CrashKind, Recording } from "./crash-images.ts";
import { crash, crashKinds, replay } from "./crash-images.ts";
import { reportProgress } from "./report-progress.ts";

const seed = Number(process.env["SEED"] ?? 1);

/** Expects that the files, as the trace has them, are those on the disk. */
export function expectModelToBeTrue(recording: Recording): void {
  const last = [...replay(recording)].at(-1);
  const files = readdirSync(recording.folder).filter((name) => !name.endsWith("-shm"));
  const onDisk = new Map(files.map((name) => [name, readFileSync(join(recording.folder, name))]));
  expect(last?.folder.seen()).toEqual(onDisk);
}

/** The crashes with a loss or a fault, in a short form. */
export function faultsOf(crashes: Crash[]): string[] {
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
export function mostLost(crashes: Crash[], kind: CrashKind): { lost: number; acknowledged: number } {
  const [worst] = crashes
    .filter((each) => each.kind === kind)
    .toSorted((a, b) => b.missing.length - a.missing.length);
  const lost = worst?.missing.length ?? 0;
  const acknowledged = lost > 0 ? worst?.acknowledged : crashes.at(-1)?.acknowledged;
  return { lost, acknowledged: acknowledged ?? 0 };
}

/** Reports the checked images and the findings: numbers tell more than a passed test. */
export async function crashAndReport(recording: Recording, level: string, count: number): Promise<Crash[]> {
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

import { parentPort, workerData } from "node:worker_threads";
import { checkImage } from "./check-image.ts";
import type { Crash, CrashKind, Moment, Share } from "./crash-images.ts";
import { crashKinds, replay, storedContentOf } from "./crash-images.ts";
import type { Image } from "./folder-on-disk.ts";
import { Random } from "../support/random.ts";

const { recording, moments, seed, scratch } = workerData as Share;
const content = storedContentOf(recording);
const wanted = new Set(moments);
for (const moment of replay(recording)) {
  if (!wanted.has(moment.at)) continue;
  const { at, acknowledged } = moment;
  const crashes: Crash[] = [];
  for (const kind of crashKinds) {
    const finding = await checkImage(imageAfter(kind, moment), { folder: scratch, content, acknowledged });
    crashes.push({ at, kind, acknowledged: acknowledged.length, ...finding });
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has no origin.
  parentPort?.postMessage(crashes);
}

function imageAfter(kind: CrashKind, { at, folder }: Moment): Image {
  switch (kind) {
    case "process killed":
      return folder.seen();
    case "power lost, only what was synced":
      return folder.synced();
    case "power lost, some of the rest":
      return folder.torn(new Random(seed * 1_000_003 + at));
    default:
      throw new Error(`unreachable: ${String(kind satisfies never)}`);
  }
}

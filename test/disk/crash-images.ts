import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { FolderOnDisk } from "./folder-on-disk.ts";
import { messageContent } from "./message-content.ts";
import { Random } from "../support/random.ts";
import type { Call } from "./read-trace.ts";
import type { PieceEnds } from "./reply-content.ts";
import { replyContent } from "./reply-content.ts";
import type { StoredContent } from "./stored-content.ts";

/** The lives of successive server processes over the files of one folder. */
export type Recording = {
  folder: string;
  lives: Call[][];
  /** If replies are written: where their pieces end. Otherwise messages are sent. */
  pieceEnds?: PieceEnds;
};

/** The stored content of a recording. */
export function storedContentOf({ pieceEnds }: Recording): StoredContent<object> {
  return pieceEnds ? replyContent(pieceEnds) : messageContent;
}

/** The states that a crash may leave on the disk: see {@link FolderOnDisk}. */
export const crashKinds = [
  "process killed",
  "power lost, only what was synced",
  "power lost, some of the rest",
] as const;
export type CrashKind = (typeof crashKinds)[number];

/** A crash after call number `at`, and its result. */
export type Crash = {
  at: number;
  kind: CrashKind;
  acknowledged: number;
  missing: object[];
  violations: string[];
  hasNewEpoch: boolean;
};

/** A moment in a recording, with the folder after the calls up to it. */
export type Moment = { at: number; folder: FolderOnDisk; acknowledged: object[] };

/** Every moment of a recording after which the possible results of a crash differ, or must not differ. */
export function* replay(recording: Recording): Generator<Moment> {
  const { folder, lives } = recording;
  const onDisk = new FolderOnDisk(folder);
  const acknowledged: object[] = [];
  const known = new Set<string>();
  let at = 0;
  for (const calls of lives) {
    const answers = storedContentOf(recording).makeReader();
    onDisk.startProcess();
    for (const call of calls) {
      const answered = answers.read(call).filter((answer) => !known.has(JSON.stringify(answer)));
      for (const answer of answered) known.add(JSON.stringify(answer));
      acknowledged.push(...answered);
      if (onDisk.apply(call) || answered.length > 0) {
        at += 1;
        yield { at, folder: onDisk, acknowledged };
      }
    }
  }
}

/** The order to a worker. */
export type Share = { recording: Recording; moments: number[]; seed: number; scratch: string };

type CrashOptions = {
  count: number;
  seed: number;
  /** A folder for the images. */
  scratch: string;
  /** Called with the number of moments that were checked so far. */
  onProgress?: (looked: number, chosen: number) => void;
};

/**
 * Simulates every kind of crash at `count` moments of a recording (at all, if there are fewer), and checks the results.
 * The seed determines the moments. They include all moments of the first start.
 */
export async function crash(
  recording: Recording,
  { count, seed, scratch, onProgress }: CrashOptions,
): Promise<{ moments: number; crashes: Crash[] }> {
  const moments = countMoments(recording);
  const chosen = choose(moments, count, new Random(seed));
  const workers = availableParallelism();
  const shares = Array.from({ length: workers }, (_, worker) =>
    chosen.filter((_moment, index) => index % workers === worker),
  );
  const crashes: Crash[] = [];
  let looked = 0;
  const onMoment = (found: Crash[]): void => {
    crashes.push(...found);
    looked += 1;
    onProgress?.(looked, chosen.length);
  };
  await Promise.all(
    shares.map((share, worker) =>
      runWorker({ recording, moments: share, seed, scratch: join(scratch, `images-${worker}`) }, onMoment),
    ),
  );
  return { moments, crashes: crashes.toSorted((a, b) => a.at - b.at) };
}

function countMoments(recording: Recording): number {
  let last = 0;
  for (const { at } of replay(recording)) last = at;
  return last;
}

/** One moment of each stretch of equal length. */
function choose(moments: number, count: number, random: Random): number[] {
  if (count >= moments) return Array.from({ length: moments }, (_, index) => index + 1);
  const stretch = moments / count;
  return Array.from({ length: count }, (_, index) => 1 + Math.floor((index + random.fraction()) * stretch));
}

function runWorker(share: Share, onMoment: (crashes: Crash[]) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("crash-worker.ts", import.meta.url), { workerData: share });
    worker
      .on("message", onMoment)
      .on("error", reject)
      .on("exit", () => resolve());
  });
}

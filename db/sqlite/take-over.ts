import { resolve } from "node:path";
import SqliteFile from "better-sqlite3";
import type { Migrated } from "./migrate.ts";
import { openForWriting } from "./writer.ts";
import type { FoundFile, Run } from "./begin-run.ts";
import { beginRun, findFile } from "./begin-run.ts";
import { bringUpToDate, LargeMigrationError } from "./bring-up-to-date.ts";
import { closeAtExit } from "./close-at-exit.ts";
import { closeKeepingLog } from "./close-keeping-log.ts";
import { putLeftOversAside } from "./copies/left-overs.ts";
import { readMark } from "./mark-beside.ts";
import { migrateApart } from "./migrate-apart.ts";
import { waitWhileLocked } from "./wait-while-locked.ts";
import { explainLeftOvers, explainNewEpoch } from "./why-new-epoch.ts";

export type OpenOptions = {
  /** The SQLite file. It and its folder are made if they are missing. */
  file: string;
  /** `full` syncs at every commit; `normal` may lose the last commits when the power fails, but never corrupts. */
  synchronous: "full" | "normal";
  /** Whether a file is copied before it is migrated (see `db/sqlite/copies/migration-copy.ts`). By default it is not. */
  copiesBeforeMigration?: boolean;
  /** Is told, in sentences, what is odd about the file and does not keep it from being opened. */
  warn?: (message: string) => void;
  /** Ends the waiting for another process's lock, and the copying. */
  signal?: AbortSignal;
  /** Is told how the file was brought up to date, if it lacked a migration, once that is committed. */
  onMigrated?: (migrated: Migrated) => void;
};

/** How long a reader waits for another process before it fails with SQLITE_BUSY. */
const readerBusyTimeoutMs = 5000;
/** How long a start waits for another process, which may be taking over a large file of the original backend. */
const startingBusyTimeoutMs = 60_000;

/** The size of a file, in bytes, from which on its migrations would keep the process from answering others for long. */
const largeBytes = 16 * 1024 * 1024;

/** A file that a run of the server has begun over, and the connection that reads from then on. */
type TakenOver = { run: Run; readerFile: SqliteFile.Database };

/** Brings a file up to date and begins a run over it. Waits while another process has the file locked. */
export async function takeOver(options: OpenOptions): Promise<TakenOver> {
  const { file, warn, signal } = options;
  const path = resolve(file);
  const leftOvers: string[] = [];
  const attempt = (): Promise<TakenOver> => {
    leftOvers.push(...putLeftOversAside(file, readMark(file)));
    return tryToTakeOver(options);
  };
  const taken = await waitWhileLocked(attempt, {
    timeoutMs: startingBusyTimeoutMs,
    signal,
    onWait: () =>
      warn?.(
        `Another process has ${path} locked, which DATABASE_URL names: the start waits for it, ` +
          `${startingBusyTimeoutMs / 1000} s at most.`,
      ),
  });
  const { newEpoch } = taken.run;
  if (newEpoch) warn?.(explainNewEpoch(path, newEpoch, leftOvers));
  else if (leftOvers.length > 0) warn?.(explainLeftOvers(leftOvers));
  return taken;
}

async function tryToTakeOver(options: OpenOptions): Promise<TakenOver> {
  const { file, synchronous, copiesBeforeMigration = false, signal, onMigrated } = options;
  const found = findFile(file);
  try {
    return await beginOver(options, { found, largeBytes });
  } catch (error) {
    if (!(error instanceof LargeMigrationError)) throw error;
  }
  const migrated = await migrateApart({ file, synchronous, copiesBeforeMigration }, signal);
  const isMigrated = migrated.made.length > 0;
  if (isMigrated) onMigrated?.(migrated);
  return beginOver(options, { found, isMigrated });
}

/** @param isMigrated whether it was migrated just now */
async function beginOver(
  options: OpenOptions,
  {
    found,
    isMigrated = false,
    largeBytes: most,
  }: { found: FoundFile; isMigrated?: boolean; largeBytes?: number },
): Promise<TakenOver> {
  const { file, synchronous, copiesBeforeMigration, signal } = options;
  const starter = openForWriting({ file, synchronous, busyTimeoutMs: 0 });
  const close = (): void => closeKeepingLog(starter, file);
  const stayOpen = closeAtExit(close);
  try {
    const migrated = await bringUpToDate(starter, {
      file,
      copiesBeforeMigration,
      signal,
      ...(most !== undefined && { largeBytes: most }),
    });
    const lackedAny = migrated.made.length > 0;
    if (lackedAny) options.onMigrated?.(migrated);
    const run = await beginRun(starter, { file, found, isMigrated: isMigrated || lackedAny });
    const readerFile = new SqliteFile(file, { timeout: readerBusyTimeoutMs, readonly: true });
    // The connection that is closed last checkpoints the file and removes its shared memory. A writer that is replaced
    // because the disk is full must not be that one: nothing could be read until there is room again.
    readerFile.prepare("select 1 from history").get();
    return { run, readerFile };
  } finally {
    stayOpen();
    close();
  }
}

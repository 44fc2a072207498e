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
  /** The SQLite file. The file and its folder are created if they are missing. */
  file: string;
  /** `full` syncs at every commit; `normal` may lose the last commits when the power fails, but never corrupts. */
  synchronous: "full" | "normal";
  /**
   * Whether to copy a file before it is migrated (see `db/sqlite/copies/migration-copy.ts`). By default no copy is
   * made.
   */
  copiesBeforeMigration?: boolean;
  /** Called with sentences about unusual conditions of the file that do not prevent opening it. */
  warn?: (message: string) => void;
  /** Aborts the wait for another process's lock, and the copying. */
  signal?: AbortSignal;
  /** Called after the commit with the result of a migration, if the file lacked one. */
  onMigrated?: (migrated: Migrated) => void;
};

/** The time for which a reader waits for another process before it fails with SQLITE_BUSY, in milliseconds. */
const readerBusyTimeoutMs = 5000;
/**
 * The time for which a start waits for another process, which may be adopting a large file of the original backend, in
 * milliseconds.
 */
const startingBusyTimeoutMs = 60_000;

/** The size of a file, in bytes, from which on its migrations would block this process for long. */
const largeBytes = 16 * 1024 * 1024;

/** A file on which a run has begun, and the connection for reading. */
type TakenOver = { run: Run; readerFile: SqliteFile.Database };

/** Migrates a file and begins a run on it. Waits while another process has the file locked. */
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

/** @param isMigrated whether the file was migrated just now */
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
    // The connection that closes last checkpoints the file and removes its shared memory. A writer that is replaced
    // because the disk is full must not close last: reads would fail until there is room again.
    readerFile.prepare("select 1 from history").get();
    return { run, readerFile };
  } finally {
    stayOpen();
    close();
  }
}

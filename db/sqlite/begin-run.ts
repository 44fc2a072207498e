import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import type { Database } from "better-sqlite3";
import { isDatabaseUnavailable, isLocked } from "./database-errors.ts";
import { writeTransactions } from "./write-transaction.ts";
import type { FileIdentity } from "./file-identity.ts";
import { giveNewEpoch, prepareIdentity } from "./file-identity.ts";
import type { Mark } from "./mark-beside.ts";
import { readMark, removeMark, writeMark } from "./mark-beside.ts";
import type { NewEpochReason } from "./why-new-epoch.ts";
import { whyNewEpoch } from "./why-new-epoch.ts";
import { hasLog, readLogNumber } from "./write-ahead-log.ts";

/** A database file as it is before SQLite opens it, since SQLite may create a write-ahead log or checkpoint one. */
export type FoundFile = {
  hasContent: boolean;
  hasLog: boolean;
};

export function findFile(file: string): FoundFile {
  const hasContent = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
  return { hasContent, hasLog: hasLog(file) };
}

/** A run of the server on a file. */
export type Run = {
  /** The mark beside the file when the run begins. */
  mark: Mark;
  newEpoch: NewEpochReason | undefined;
};

type BeginOptions = {
  file: string;
  found: FoundFile;
  /** Whether this process has migrated the file. A log that exists now may then be from that migration. */
  isMigrated: boolean;
};

/**
 * Records in the file that a run has it open. Gives the file a new epoch if it does not continue the state that was
 * last served. The order of the steps ensures that the file and the mark agree after a crash between any two of them:
 *
 * 1. The log of the previous run is checkpointed, so that the new run begins the log again. The mark names both runs
 *   and is synced.
 * 2. The file names the new run. A checkpoint writes that into the file itself, so that a copy without the log has it.
 * 3. The mark names the new run alone.
 *
 * A file that needs a new epoch must not agree with the mark before it has the epoch: for such a file step 1 names the
 * new run alone.
 *
 * @throws {SqliteError} if the file needs a new epoch and cannot be written. Without that need the file is served
 *   unchanged.
 */
export async function beginRun(database: Database, options: BeginOptions): Promise<Run> {
  const { file } = options;
  const beginsLog = checkpoint(database, "RESTART");
  const { plan, isCommitted } = await nameRun(database, options);
  const { run, newEpoch } = plan;
  const isInFile = isCommitted && checkpoint(database, "PASSIVE");
  // The previous run stays in the mark as long as a power failure may restore it in the file.
  const runs = isInFile ? [run] : plan.runs;
  // The mark names the log only if the file itself names the run, and if the log holds nothing of the previous run that
  // a copy of the file may need. Otherwise a later start could not distinguish this log from a left-over one.
  const log = isInFile && beginsLog ? readLogNumber(file) : undefined;
  const { listSeq, messageId } = prepareIdentity(database)();
  const mark = { runs, listSeq, messageId, isSettled: true, log };
  writeMark(file, mark);
  return { mark, newEpoch };
}

/** The decisions of a beginning run, made under the write lock. */
type Plan = {
  /** The run that the file is to name. */
  run: string;
  /** The runs that the file may name until `run` is on disk. */
  runs: readonly string[];
  newEpoch: NewEpochReason | undefined;
  mark: Mark | undefined;
};

async function nameRun(
  database: Database,
  options: BeginOptions,
): Promise<{ plan: Plan; isCommitted: boolean }> {
  const readIdentity = prepareIdentity(database);
  const transaction = writeTransactions(database, 0);
  let plan: Plan | undefined;
  try {
    await transaction(async () => {
      plan = makePlan(readIdentity(), options);
      writePlan(database, plan);
    });
    return { plan: plan as unknown as Plan, isCommitted: true };
  } catch (error) {
    // A full disk does not prevent serving, as long as the served state is unchanged.
    if (!plan || plan.newEpoch || isLocked(error) || !isDatabaseUnavailable(error)) throw error;
    return { plan, isCommitted: false };
  }
}

/** Makes the decisions and does step 1. The write lock keeps other processes out in between. */
function makePlan(inside: FileIdentity, { file, found, isMigrated }: BeginOptions): Plan {
  const mark = readMark(file);
  const hadLog = found.hasLog || (!isMigrated && hasLog(file));
  const newEpoch = found.hasContent ? whyNewEpoch(inside, mark, hadLog) : undefined;
  const run = randomBytes(8).toString("hex");
  const runs = newEpoch ? [run] : [inside.run, run];
  // If its writer was killed, the content may not be on disk yet: the mark must not be ahead of it.
  const isKnown = newEpoch === undefined && found.hasContent;
  const first: Mark = {
    runs,
    listSeq: isKnown ? (mark?.listSeq ?? 0) : 0,
    messageId: found.hasContent ? (mark?.messageId ?? 0) : 0,
    isSettled: false,
    log: isKnown ? mark?.log : undefined,
  };
  const isMarked = writeMark(file, first, { isSynced: true });
  if (!isMarked && newEpoch) removeMark(file);
  // A mark that could not be written still names the previous run, so the file keeps that name too.
  return { run: isMarked || newEpoch ? run : inside.run, runs, newEpoch, mark };
}

function writePlan(database: Database, { run, newEpoch, mark }: Plan): void {
  if (newEpoch) giveNewEpoch(database, mark);
  database.prepare("update history set run = ?, closed = 0").run(run);
}

/**
 * @param how `RESTART` also makes the next commit write the log from its beginning.
 * @returns whether everything committed is now in the file itself, and on disk.
 */
function checkpoint(database: Database, how: "PASSIVE" | "RESTART"): boolean {
  try {
    const [result] = database.pragma(`main.wal_checkpoint(${how})`) as CheckpointResult[];
    return result?.busy === 0 && result.log === result.checkpointed;
  } catch {
    return false;
  }
}

type CheckpointResult = { busy: 0 | 1; log: number; checkpointed: number };

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

/** A database file as it lies there before SQLite opens it, which makes a log or takes one in. */
export type FoundFile = {
  hasContent: boolean;
  hasLog: boolean;
};

export function findFile(file: string): FoundFile {
  const hasContent = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
  return { hasContent, hasLog: hasLog(file) };
}

/** A run of the server over a file. */
export type Run = {
  /** The mark beside the file when the run begins. */
  mark: Mark;
  newEpoch: NewEpochReason | undefined;
};

type BeginOptions = {
  file: string;
  found: FoundFile;
  /** Whether this process has migrated the file: then a log that is there now may be its own. */
  isMigrated: boolean;
};

/**
 * Writes into the file that a run has it open, and gives it a new epoch where it is not the successor of what was last
 * served. The steps are in such an order that after a crash between any two of them the file and the mark still agree:
 *
 * 1. the log of the run before is taken in, so that the new run begins it anew, and the mark names both runs, and is synced;
 * 2. the file names the new run, and a checkpoint brings that past the log, so that a copy without the log says it;
 * 3. the mark names the new run alone.
 *
 * A file that gets a new epoch must not agree with the mark before it has it: there, step 1 names the new run alone.
 *
 * @throws {SqliteError} where the file cannot be written, if it needs a new epoch; else it is served as it is.
 */
export async function beginRun(database: Database, options: BeginOptions): Promise<Run> {
  const { file } = options;
  const beginsLog = checkpoint(database, "RESTART");
  const { plan, isCommitted } = await nameRun(database, options);
  const { run, newEpoch } = plan;
  const isInFile = isCommitted && checkpoint(database, "PASSIVE");
  // The run before stays in the mark for as long as a power failure may bring it back.
  const runs = isInFile ? [run] : plan.runs;
  // A log is told from one that is left over by the run in the file itself: only where that has got there, and where
  // nothing of the run before is in the log, which a copy of the file may need.
  const log = isInFile && beginsLog ? readLogNumber(file) : undefined;
  const { listSeq, messageId } = prepareIdentity(database)();
  const mark = { runs, listSeq, messageId, isSettled: true, log };
  writeMark(file, mark);
  return { mark, newEpoch };
}

/** The findings of a beginning run under the write lock. */
type Plan = {
  /** The run that the file shall name. */
  run: string;
  /** The runs that it may name until `run` is on disk. */
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
    // A full disk is no reason not to serve, as long as what is served is what it was.
    if (!plan || plan.newEpoch || isLocked(error) || !isDatabaseUnavailable(error)) throw error;
    return { plan, isCommitted: false };
  }
}

/** Decides, and does step 1: no other process can be between the two, for it would have the write lock. */
function makePlan(inside: FileIdentity, { file, found, isMigrated }: BeginOptions): Plan {
  const mark = readMark(file);
  const hadLog = found.hasLog || (!isMigrated && hasLog(file));
  const newEpoch = found.hasContent ? whyNewEpoch(inside, mark, hadLog) : undefined;
  const run = randomBytes(8).toString("hex");
  const runs = newEpoch ? [run] : [inside.run, run];
  // The content may not be on disk yet if its writer was killed: the mark must not be ahead of it.
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
  // A mark that stays as it is names the run before: so does the file then.
  return { run: isMarked || newEpoch ? run : inside.run, runs, newEpoch, mark };
}

function writePlan(database: Database, { run, newEpoch, mark }: Plan): void {
  if (newEpoch) giveNewEpoch(database, mark);
  database.prepare("update history set run = ?, closed = 0").run(run);
}

/**
 * @param how `RESTART` besides makes the next commit write the log from its beginning.
 * @returns whether all that is committed is now in the file itself, and on disk.
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

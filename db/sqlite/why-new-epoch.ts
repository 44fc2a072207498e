import type { FileIdentity } from "./file-identity.ts";
import type { Mark } from "./mark-beside.ts";

/** The reason why a file is not, or not certainly, the continuation of the state that was last served. */
export type NewEpochReason = "copied" | "replaced" | "behind" | "log lost" | "overwritten";

/**
 * Whether earlier positions may have another meaning in a file.
 *
 * @param inside the identity in the file, including its log
 * @param mark the state that was last served from its path; undefined if unknown, for instance after a move of the file
 * @param hasLog whether the file had a write-ahead log
 * @returns undefined if the file is the one that was last served, or was never served from this path
 */
export function whyNewEpoch(
  inside: FileIdentity,
  mark: Mark | undefined,
  hasLog: boolean,
): NewEpochReason | undefined {
  if (inside.isCopy) return "copied";
  if (mark && !mark.runs.includes(inside.run)) return "replaced";
  const lacksLog = !inside.isClosed && !hasLog;
  if (mark && inside.listSeq < mark.listSeq) return lacksLog && !mark.isClosed ? "log lost" : "behind";
  // If the file itself had everything that was served, the log held nothing more: another program has checkpointed it.
  if (lacksLog && !mark?.isSettled) return "log lost";
  return undefined;
}

/**
 * Explains it to the operator.
 *
 * @param leftOvers the new paths of a log and a journal of another file that were beside this one
 */
export function explainNewEpoch(
  file: string,
  reason: NewEpochReason,
  leftOvers: readonly string[] = [],
): string {
  return [
    explanations[reason](file),
    ...(leftOvers.length > 0 ? [explainLeftOvers(leftOvers)] : []),
    "It has a new epoch: a client that comes back with a position gets a reset.",
  ].join(" ");
}

/** Names the files that were moved aside. */
export function explainLeftOvers(leftOvers: readonly string[]): string {
  const told = leftOvers.map((path) => {
    const kind = path.endsWith("-wal") ? "write-ahead log" : "rollback journal";
    return `The ${kind} beside it belonged to another file, and is now ${path}.`;
  });
  return told.join(" ");
}

const explanations: Record<NewEpochReason, (file: string) => string> = {
  copied: (file) => `${file} is a backup.`,
  replaced: (file) =>
    `${file} is not the file that was last served here: another file, or a copy, is in its place.`,
  behind: (file) => `${file} lacks changes that were served from here: an earlier copy is in its place.`,
  overwritten: (file) =>
    `${file} is another one than before: a backup was written into it while it was open.`,
  "log lost": (file) =>
    `${file} was not closed and its write-ahead log ${file}-wal is missing: the last changes may be lost.`,
};

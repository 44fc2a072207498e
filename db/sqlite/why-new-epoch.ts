import type { FileIdentity } from "./file-identity.ts";
import type { Mark } from "./mark-beside.ts";

/** Why a file is not, or not surely, the successor of what was last served. */
export type NewEpochReason = "copied" | "replaced" | "behind" | "log lost" | "overwritten";

/**
 * Whether the positions that were given before may have another meaning in a file.
 *
 * @param inside what the file says of itself, its log included
 * @param mark what was last served from its path; undefined where nothing says it, as with a file that was moved
 * @param hasLog whether it came with a write-ahead log
 * @returns undefined where the file is the one that was last served, or was never served here
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
  // With all that was served in the file itself the log had nothing more in it: another program has taken it in.
  if (lacksLog && !mark?.isSettled) return "log lost";
  return undefined;
}

/**
 * Says it to the operator.
 *
 * @param leftOvers where the log and the journal of another file are now that lay beside this one
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

/** Says what was put aside. */
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

import { AnswerReader } from "./answers.ts";
import type { Call } from "./read-trace.ts";

const isSync = (name: string): boolean => name === "fsync" || name === "fdatasync";
const isLog = (target: string): boolean => target.endsWith("-wal");

/** How many syncs of the write-ahead log succeeded, and each acknowledgement that came before the sync of what it says. */
export function auditSyncs(calls: Iterable<Call>): { syncs: number; unsynced: string[] } {
  const answers = new AnswerReader();
  const unsynced: string[] = [];
  let syncs = 0;
  let isDirty = false;
  for (const call of calls) {
    if (call.kind === "write" && isLog(call.handle.target)) isDirty = true;
    if (call.kind === "sync" && isLog(call.handle.target)) {
      isDirty = false;
      syncs += 1;
    }
    for (const { key } of answers.read(call)) if (isDirty) unsynced.push(key);
  }
  return { syncs, unsynced };
}

/**
 * How many calls were made to fail, and each acknowledgement of what was written by a handle after its sync had failed.
 * A sync with nothing to bring to the disk (a checkpoint begins with one) can fail without harm.
 */
export function auditHandles(calls: Iterable<Call>): { failures: number; distrusted: string[] } {
  const answers = new AnswerReader();
  const dirty = new Set<number>();
  const failed = new Set<number>();
  const distrusted: string[] = [];
  let failures = 0;
  let wroteByFailed = false;
  for (const call of calls) {
    if (call.kind === "failure" && (call.error === "EIO" || call.error === "ENOSPC")) {
      failures += 1;
      if (isSync(call.call) && dirty.has(call.fd)) failed.add(call.fd);
    }
    if (call.kind === "sync") dirty.delete(call.handle.fd);
    if (call.kind === "close" || call.kind === "open") {
      failed.delete(call.handle.fd);
      dirty.delete(call.handle.fd);
    }
    if (call.kind === "write" && isLog(call.handle.target)) {
      dirty.add(call.handle.fd);
      wroteByFailed = failed.has(call.handle.fd);
    }
    for (const { key } of answers.read(call)) if (wroteByFailed) distrusted.push(key);
  }
  return { failures, distrusted };
}

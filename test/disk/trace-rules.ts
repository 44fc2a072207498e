import { AnswerReader } from "./answers.ts";
import type { Call } from "./read-trace.ts";

const isSync = (name: string): boolean => name === "fsync" || name === "fdatasync";
const isLog = (target: string): boolean => target.endsWith("-wal");

/**
 * The number of successful syncs of the write-ahead log, and each acknowledgement that was sent before the sync of its
 * message.
 */
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
 * The number of failed calls, and each acknowledgement of a write by a handle whose sync had failed. The failure of a
 * sync with nothing to write (a checkpoint begins with one) is harmless.
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

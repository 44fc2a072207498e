import { setTimeout as wait } from "node:timers/promises";
import type { Database } from "better-sqlite3";
import { isLocked } from "./database-errors.ts";

/** The interval at which another process's write lock is requested again, in milliseconds. */
const lockRetryMs = 10;

/** Runs `work` in a transaction. Resolves after the commit; an error of `work` or of the commit undoes everything. */
export type WriteTransaction = <Value>(work: () => Promise<Value>) => Promise<Value>;

/**
 * Transactions on a connection, one at a time. Kysely's own transactions take longer than the statements in them.
 *
 * @param lockTimeoutMs the longest wait for another process's write lock
 */
export function writeTransactions(file: Database, lockTimeoutMs: number): WriteTransaction {
  const begin = file.prepare("begin immediate");
  const commit = file.prepare("commit");
  const rollBack = file.prepare("rollback");
  return async (work) => {
    await takeWriteLock(() => begin.run(), lockTimeoutMs);
    try {
      const value = await work();
      commit.run();
      return value;
    } catch (error) {
      // SQLite may have rolled back by itself, on a full disk for instance.
      if (file.inTransaction) rollBack.run();
      throw error;
    }
  };
}

/**
 * Begins a transaction with `begin immediate`, which takes the write lock at once: a deferred transaction can fail half
 * way with SQLITE_BUSY. SQLite's own wait for a lock would block the whole process.
 */
export async function takeWriteLock(begin: () => unknown, timeoutMs: number): Promise<void> {
  const begun = performance.now();
  for (;;) {
    try {
      await begin();
      return;
    } catch (error) {
      if (!isLocked(error) || performance.now() - begun >= timeoutMs) throw error;
      await wait(lockRetryMs);
    }
  }
}

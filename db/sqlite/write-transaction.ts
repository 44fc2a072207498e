import { setTimeout as wait } from "node:timers/promises";
import type { Database } from "better-sqlite3";
import { isLocked } from "./database-errors.ts";

/** How often a write lock that another process has is asked for again, in milliseconds. */
const lockRetryMs = 10;

/** Runs `work` within a transaction. Resolves when that is committed; whatever `work` or the commit throws undoes it. */
export type WriteTransaction = <Value>(work: () => Promise<Value>) => Promise<Value>;

/**
 * Transactions on a connection, one at a time. Kysely's own take longer than the statements in them.
 *
 * @param lockTimeoutMs how long to wait for another process's write lock
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
 * Begins a transaction with `begin immediate`: one that will write takes the write lock at once, since a deferred one can
 * fail half way with SQLITE_BUSY. SQLite's own waiting for a lock would keep the whole process waiting.
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

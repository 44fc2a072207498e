import type { Executor } from "../statements/executor.ts";
import type { DatabaseMovedError } from "./database-errors.ts";

export type Database = {
  /** Reads see every write that was acknowledged before the read began. */
  readonly read: Executor;
  /**
   * Runs `unit` and resolves once its changes are committed and on disk (see the option `synchronous` of
   * `openDatabase`). Units run one after the other; units that arrive together share a commit. An error in the unit
   * undoes its changes, and rejects.
   */
  write<T>(unit: (trx: Executor) => Promise<T>): Promise<T>;
  /**
   * Tests whether the database can be read and written now, at the cost of one small commit.
   *
   * @throws {SqliteError} if it cannot
   * @throws {DatabaseMovedError} if its files are not at their paths
   */
  probe(): Promise<void>;
  /**
   * Calls `listener` with the reason when the database begins to refuse writes, because its paths no longer name the
   * open files. Calls it without a reason when writes are accepted again.
   */
  onRefusal(listener: (refusal: DatabaseMovedError | undefined) => void): void;
  /** Calls `listener` within 250 ms after another process has committed. Calls without such a commit are possible. */
  onOthersCommit(listener: () => void): void;
  /** Continues to remove the messages that deleted sessions have left, between other writes. */
  purge(): void;
  /** Checkpoints the write-ahead log into the file and closes it. */
  close(): Promise<void>;
};

import type { Executor } from "../statements/executor.ts";
import type { DatabaseMovedError } from "./database-errors.ts";

export type Database = {
  /** Reads see every write that was acknowledged before they began. */
  readonly read: Executor;
  /**
   * Runs `unit` and resolves once what it did is committed and on disk (see the option `synchronous` of `openDatabase`). Units run
   * one after the other; those that arrive together share a commit. An error of the unit undoes all it did, and rejects.
   */
  write<T>(unit: (trx: Executor) => Promise<T>): Promise<T>;
  /**
   * Tries whether it can be read and written now, at the cost of one small commit.
   *
   * @throws {SqliteError} when it cannot
   * @throws {DatabaseMovedError} when its files are not in their place
   */
  probe(): Promise<void>;
  /**
   * Calls `listener` when writes begin to be refused, because the paths do not name the open files any more, with the
   * reason; and without one when they are taken again.
   */
  onRefusal(listener: (refusal: DatabaseMovedError | undefined) => void): void;
  /** Calls `listener` within 250 ms after another process has committed. It may be called when none has. */
  onOthersCommit(listener: () => void): void;
  /** Goes on removing the messages that deleted sessions have left, between the writes of others. */
  purge(): void;
  /** Checkpoints the write-ahead log into the file and closes it. */
  close(): Promise<void>;
};

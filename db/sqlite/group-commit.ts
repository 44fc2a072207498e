import { SqliteError } from "better-sqlite3";
import { CompiledQuery } from "kysely";
import { DatabaseMovedError } from "./database-errors.ts";
import type { Executor } from "../statements/executor.ts";
import type { Writer } from "./writer.ts";

type Unit<Value> = (trx: Executor) => Promise<Value>;

/** Settles a unit once its group is on disk. */
type Outcome = () => void;

type Job = {
  run(trx: Executor): Promise<Outcome>;
  fail(error: unknown): void;
};

const savepoint = CompiledQuery.raw("savepoint unit");
const release = CompiledQuery.raw("release unit");
const rollBack = CompiledQuery.raw("rollback to unit");

/**
 * A group occupies the writer, and readers of the change log wait for it. Beyond this size, a larger group saves
 * little.
 */
const maxGroupSize = 256;

/**
 * The longest time for which a group gathers units, in turns of the event loop. Under a steady load each turn brings
 * more units.
 */
const maxGatheringTurns = 4;

/**
 * Runs write units one after the other. Units that arrive together share one transaction and one sync, which is most of
 * the cost of a durable write. Each unit has its own outcome, and a unit that throws is undone alone.
 *
 * No unit is settled before the commit of its group is on disk. If that commit fails, all units of the group fail, and
 * the connection is not used again.
 */
export class GroupCommit {
  readonly #writer: Writer;
  readonly #onCommit: () => void;
  #waiting: Job[] = [];
  #working: Promise<void> | undefined;

  /** @param onCommit called after each commit, before any unit is settled. It must not throw. */
  constructor(writer: Writer, onCommit: () => void = () => undefined) {
    this.#writer = writer;
    this.#onCommit = onCommit;
  }

  write<Value>(unit: Unit<Value>): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.push({
        fail: reject,
        async run(trx) {
          await trx.run(savepoint, []);
          try {
            const value = await unit(trx);
            await trx.run(release, []);
            return () => resolve(value);
          } catch (error) {
            // If SQLite has ended the transaction (a full disk, for instance), `undo` throws, and the whole group fails.
            await undo(trx, error);
            return () => reject(error);
          }
        },
      });
      this.#working ??= this.#work();
    });
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    while (this.#working) await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather();
      await this.#commit(this.#waiting.splice(0, maxGroupSize));
    }
    this.#working = undefined;
  }

  /**
   * The database answers synchronously, within this turn of the event loop, so units that arrived with the first one
   * are known only in the next turn. Clients that were answered together send again over a few turns; waiting gathers
   * them in one group.
   */
  async #gather(): Promise<void> {
    for (let turn = 0; turn < maxGatheringTurns; turn += 1) {
      const before = this.#waiting.length;
      await new Promise(setImmediate);
      if (this.#waiting.length === before) return;
    }
  }

  async #commit(group: Job[]): Promise<void> {
    try {
      const { transaction, statements } = this.#writer.connection;
      const outcomes = await transaction(async () => {
        const settled: Outcome[] = [];
        for (const job of group) settled.push(await job.run(statements));
        // Readers of the open file must not see a write that is refused.
        this.#writer.assertInPlace();
        return settled;
      });
      this.#writer.assertInPlace();
      this.#onCommit();
      for (const settle of outcomes) settle();
    } catch (error) {
      if (!(error instanceof DatabaseMovedError)) this.#writer.discard();
      for (const job of group) job.fail(error);
    }
  }
}

async function undo(trx: Executor, because: unknown): Promise<void> {
  try {
    await trx.run(rollBack, []);
    await trx.run(release, []);
  } catch (failure) {
    // SQLite has ended the transaction. The reason that SQLite gave then says more than this failure, which only says
    // that there is no transaction. Any other error of the unit does not concern the other units of the group.
    throw because instanceof SqliteError ? because : failure;
  }
}

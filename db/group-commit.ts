import { SqliteError } from "better-sqlite3";
import type { Transaction } from "kysely";
import { sql } from "kysely";
import type { Tables } from "./tables.ts";
import type { Writer } from "./writer.ts";

type Unit<Value> = (trx: Transaction<Tables>) => Promise<Value>;

/** What becomes of a unit once its group is on disk. */
type Outcome = () => void;

type Job = {
  run(trx: Transaction<Tables>): Promise<Outcome>;
  fail(error: unknown): void;
};

/** A group holds the writer, and a reader of the log waits for it: beyond this, more in one sync saves little. */
const maxGroupSize = 256;

/**
 * Runs write units one after the other. Those that arrive together share one transaction and one sync, which is what
 * a durable write costs; each has its own outcome, and one that throws is undone alone.
 *
 * Nobody learns of an outcome before the commit of its group is on disk. If that commit fails, all of the group fail, and
 * the connection that failed is not used again.
 */
export class GroupCommit {
  readonly #writer: Writer;
  #waiting: Job[] = [];
  #working: Promise<void> | undefined;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  write<Value>(unit: Unit<Value>): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.push({
        fail: reject,
        async run(trx) {
          await sql`savepoint unit`.execute(trx);
          try {
            const value = await unit(trx);
            await sql`release unit`.execute(trx);
            return () => resolve(value);
          } catch (error) {
            // Where SQLite itself has ended the transaction (a full disk, say) this throws, and with it the whole group.
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
      // The database answers within this turn of the event loop, so whatever came in with the first unit of a group
      // is only known in the next one.
      await new Promise(setImmediate);
      await this.#commit(this.#waiting.splice(0, maxGroupSize));
    }
    this.#working = undefined;
  }

  async #commit(group: Job[]): Promise<void> {
    try {
      const outcomes = await this.#writer.db.transaction().execute(async (trx) => {
        const settled: Outcome[] = [];
        for (const job of group) settled.push(await job.run(trx));
        return settled;
      });
      for (const settle of outcomes) settle();
    } catch (error) {
      await this.#writer.discard();
      for (const job of group) job.fail(error);
    }
  }
}

async function undo(trx: Transaction<Tables>, because: unknown): Promise<void> {
  try {
    await sql`rollback to unit`.execute(trx);
    await sql`release unit`.execute(trx);
  } catch (failure) {
    // Where SQLite has ended the transaction, what it gave as the reason then says more than that it is gone now. What a
    // unit threw of its own is no answer to the others of its group.
    throw because instanceof SqliteError ? because : failure;
  }
}

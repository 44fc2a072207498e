import type { Database } from "./database.ts";
import type { Executor } from "../statements/executor.ts";
import { isSeqTaken } from "./database-errors.ts";
import { passStrays } from "../statements/strays.ts";
import type { Commit, SessionChange } from "../store.ts";
import { SqliteChange } from "./sqlite-change.ts";

/** Writes changes of sessions, and reports their commits. */
export class SessionWriter {
  readonly #database: Pick<Database, "write" | "purge">;
  readonly #listeners: ((commit: Commit) => void)[] = [];

  constructor(database: Pick<Database, "write" | "purge">) {
    this.#database = database;
  }

  onCommit(listener: (commit: Commit) => void): void {
    this.#listeners.push(listener);
  }

  async change<Value>(sessionId: string, unit: (session: SessionChange) => Promise<Value>): Promise<Value> {
    const { value, change } = await this.#write(sessionId, unit);
    const { seqs, changes, hasLeftMessages } = change;
    if (seqs) this.tell(sessionId, seqs, changes);
    if (hasLeftMessages) this.#database.purge();
    return value;
  }

  /** Reports a commit to the listeners. */
  tell(
    sessionId: string,
    { seq, list_seq }: Omit<Commit, "session_id" | "changes">,
    changes: Commit["changes"],
  ): void {
    for (const listener of this.#listeners) {
      listener({ session_id: sessionId, seq, list_seq, ...(changes && { changes }) });
    }
  }

  /**
   * Writes a change. If a message of another program has the next `seq`, the change takes a `seq` after all such
   * messages.
   */
  async #write<Value>(
    sessionId: string,
    unit: (session: SessionChange) => Promise<Value>,
  ): Promise<{ value: Value; change: SqliteChange }> {
    const run = async (trx: Executor): Promise<{ value: Value; change: SqliteChange }> => {
      const change = new SqliteChange(trx, sessionId);
      return { value: await unit(change), change };
    };
    try {
      return await this.#database.write(run);
    } catch (error) {
      if (!isSeqTaken(error)) throw error;
      return this.#database.write(async (trx) => {
        await passStrays(trx, sessionId);
        return run(trx);
      });
    }
  }
}

import type { Database } from "../../db/sqlite/database.ts";
import { createSqliteStore } from "../../db/sqlite/sqlite-store.ts";
import type { Executor } from "../../db/statements/executor.ts";
import type { Store } from "../../db/store.ts";

type AfterRead = () => Promise<void>;

/** The same store, which awaits `afterRead` after each read and before the answer of the read is seen. */
export function watchReads(store: Store, afterRead: AfterRead): Store {
  const watch = <Reads extends object>(reads: Reads): Reads =>
    new Proxy(reads, {
      get(target, name): unknown {
        const read: unknown = Reflect.get(target, name);
        if (typeof read !== "function") return read;
        return async (...args: unknown[]): Promise<unknown> => {
          const answer: unknown = await Reflect.apply(read, target, args);
          await afterRead();
          return answer;
        };
      },
    });
  return {
    ...store,
    sessions: watch(store.sessions),
    messages: watch(store.messages),
    list: watch(store.list),
  };
}

/** The same SQLite store, which awaits `afterRead` after each statement of a read: a read may take several. */
export function watchStatements(database: Database, store: Store, afterRead: AfterRead): Store {
  const read: Executor = {
    builder: database.read.builder,
    async run(statement, values) {
      const rows = await database.read.run(statement, values);
      await afterRead();
      return rows;
    },
  };
  const { sessions, messages, list } = createSqliteStore({ ...database, read });
  return { ...store, sessions, messages, list };
}

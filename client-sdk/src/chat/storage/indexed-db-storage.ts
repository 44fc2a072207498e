import type { ChatStorage, StorageChange } from "./chat-storage.ts";
import type { BrowserGlobals, Database, Transaction } from "./indexed-db.ts";
import { createMemoryStorage } from "./memory-storage.ts";

const storeName = "values";

/** A browser that has not opened the database by then, as some do in private windows, is not waited for. */
const openTimeoutMs = 3000;

/**
 * A storage in the browser's IndexedDB, which all tabs of an origin share.
 *
 * Where IndexedDB cannot be opened, memory stands in until the page ends. A connection that the browser ends, because the
 * database is deleted or the site's data is cleared, is opened again for the next call.
 */
export function createIndexedDbStorage(databaseName = "ai-desk"): ChatStorage {
  const { indexedDB, IDBKeyRange } = globalThis as BrowserGlobals;
  const memory = createMemoryStorage();
  let opening: Promise<Database | undefined> | undefined;
  let wasOpen = false;

  function open(): Promise<Database | undefined> {
    return new Promise((resolve) => {
      let isLate = false;
      const fail = (): void => {
        isLate = true;
        resolve(undefined);
      };
      try {
        if (!indexedDB || !IDBKeyRange) return fail();
        setTimeout(fail, openTimeoutMs);
        const request = indexedDB.open(databaseName, 1);
        request.addEventListener("upgradeneeded", () => request.result.createObjectStore(storeName));
        request.addEventListener("error", fail);
        request.addEventListener("success", () => {
          const database = request.result;
          if (isLate) return database.close();
          wasOpen = true;
          const forget = (): void => {
            opening = undefined;
            database.close();
          };
          // The browser has ended it; another tab deletes the database, or opens a later version.
          database.addEventListener("close", forget);
          database.addEventListener("versionchange", forget);
          return resolve(database);
        });
      } catch {
        // Firefox throws where cookies are refused.
        fail();
      }
      return undefined;
    });
  }

  async function run<Result>(
    mode: "readonly" | "readwrite",
    work: (store: ReturnType<Transaction["objectStore"]>) => () => Result,
    instead: () => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 0; ; attempt += 1) {
      const database = await (opening ??= open());
      if (!database) {
        if (!wasOpen) return instead();
        opening = undefined;
        throw new Error("The browser does not open its database any more.");
      }
      try {
        return await complete(database, mode, work);
      } catch (error) {
        const { name } = error as { name?: string };
        // The connection ended between two calls.
        if (attempt > 0 || name !== "InvalidStateError") throw error;
        opening = undefined;
      }
    }
  }

  return {
    get: (name) =>
      run(
        "readonly",
        (store) => {
          const request = store.get(name);
          return () => request.result;
        },
        () => memory.get(name),
      ),
    list: (prefix) =>
      run(
        "readonly",
        (store) => {
          const range = IDBKeyRange?.bound(prefix, `${prefix}\uffff`);
          const names = store.getAllKeys(range);
          const values = store.getAll(range);
          return () => names.result.map((name, index) => [name, values.result[index] ?? ""] as const);
        },
        () => memory.list(prefix),
      ),
    write: (changes: readonly StorageChange[]) =>
      run(
        "readwrite",
        (store) => {
          for (const [name, value] of changes) {
            if (value === undefined) store.delete(name);
            else store.put(value, name);
          }
          return () => undefined;
        },
        () => memory.write(changes),
      ),
  };
}

function complete<Result>(
  database: Database,
  mode: "readonly" | "readwrite",
  work: (store: ReturnType<Transaction["objectStore"]>) => () => Result,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(storeName, mode);
    const result = work(transaction.objectStore(storeName));
    // A page that ends now loses what it has not committed. By itself a transaction commits a little later.
    if (mode === "readwrite") transaction.commit?.();
    transaction.addEventListener("complete", () => resolve(result()));
    // The reason is missing where the browser ended the connection.
    transaction.addEventListener("abort", () => reject(transaction.error ?? { name: "InvalidStateError" }));
  });
}

import type { ChatStorage, StorageChange } from "./chat-storage.ts";
import type { BrowserGlobals, Database, Transaction } from "./indexed-db.ts";

const storeName = "values";

/** The longest wait for a browser to open the database, in milliseconds. Some browsers never do in private windows. */
const openTimeoutMs = 3000;

/**
 * A storage in the browser's IndexedDB, which all tabs of an origin share.
 *
 * If IndexedDB cannot be opened, each call rejects, and a chat shows unsent messages as not kept. If the browser ends
 * the connection, because the database is deleted or the site's data is cleared, the next call opens it again.
 */
export function createIndexedDbStorage(databaseName = "ai-desk"): ChatStorage {
  const { indexedDB, IDBKeyRange } = globalThis as BrowserGlobals;
  let opening: Promise<Database> | undefined;
  const forget = (): void => {
    opening = undefined;
  };

  function open(): Promise<Database> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error("The browser does not open its database."));
      if (!indexedDB || !IDBKeyRange) return fail();
      setTimeout(fail, openTimeoutMs);
      // Firefox throws if cookies are refused.
      const request = indexedDB.open(databaseName, 1);
      request.addEventListener("upgradeneeded", () => request.result.createObjectStore(storeName));
      request.addEventListener("error", () => {
        forget();
        fail();
      });
      request.addEventListener("success", () => {
        const database = request.result;
        const end = (): void => {
          forget();
          database.close();
        };
        // The browser has ended the connection, or another tab deletes the database or opens a later version.
        database.addEventListener("close", end);
        database.addEventListener("versionchange", end);
        // A database that opens late is used by later calls.
        opening = Promise.resolve(database);
        resolve(database);
      });
      return undefined;
    });
  }

  async function run<Result>(
    mode: "readonly" | "readwrite",
    work: (store: ReturnType<Transaction["objectStore"]>) => () => Result,
  ): Promise<Result> {
    for (let attempt = 0; ; attempt += 1) {
      const database = await (opening ??= open());
      try {
        return await complete(database, mode, work);
      } catch (error) {
        const { name } = error as { name?: string };
        // The connection ended between two calls.
        if (attempt > 0 || name !== "InvalidStateError") throw error;
        forget();
      }
    }
  }

  return {
    get: (name) =>
      run("readonly", (store) => {
        const request = store.get(name);
        return () => request.result;
      }),
    list: (prefix) =>
      run("readonly", (store) => {
        const range = IDBKeyRange?.bound(prefix, `${prefix}\uffff`);
        const names = store.getAllKeys(range);
        const values = store.getAll(range);
        return () => names.result.map((name, index) => [name, values.result[index] ?? ""] as const);
      }),
    write: (changes: readonly StorageChange[]) =>
      run("readwrite", (store) => {
        for (const [name, value] of changes) {
          if (value === undefined) store.delete(name);
          else store.put(value, name);
        }
        return () => undefined;
      }),
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
    // A page that ends now loses uncommitted changes. Without this call a transaction commits a little later.
    if (mode === "readwrite") transaction.commit?.();
    transaction.addEventListener("complete", () => resolve(result()));
    // There is no reason if the browser ended the connection.
    transaction.addEventListener("abort", () => reject(transaction.error ?? { name: "InvalidStateError" }));
  });
}

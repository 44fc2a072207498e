/** The used part of IndexedDB as types, so that the package's types do not require TypeScript's `dom`. */
export type IndexedDb = { open(name: string, version: number): Request<Database> };

export type Request<Result> = {
  readonly result: Result;
  readonly error: unknown;
  addEventListener(type: "success" | "error" | "upgradeneeded", listener: () => void): void;
};

export type Database = {
  createObjectStore(name: string): unknown;
  transaction(store: string, mode: "readonly" | "readwrite"): Transaction;
  close(): void;
  addEventListener(type: "close" | "versionchange", listener: () => void): void;
};

export type Transaction = {
  objectStore(name: string): ObjectStore;
  readonly error: unknown;
  /** Absent in browsers before 2021. */
  commit?(): void;
  addEventListener(type: "complete" | "abort", listener: () => void): void;
};

type ObjectStore = {
  get(name: string): Request<string | undefined>;
  getAll(range: unknown): Request<string[]>;
  getAllKeys(range: unknown): Request<string[]>;
  put(value: string, name: string): unknown;
  delete(name: string): unknown;
};

export type BrowserGlobals = {
  indexedDB?: IndexedDb;
  IDBKeyRange?: { bound(lower: string, upper: string): unknown };
};

import { sorted } from "../changed-copies.ts";
import type { ChatStorage, StorageChange } from "../storage/chat-storage.ts";

/**
 * The records under a prefix of the storage, mirrored in memory, so that they can be read and changed synchronously.
 * Other tabs change the same storage: `reload` reads their changes. A change of this tab that is not written yet takes
 * precedence over a reload.
 */
export class StoredRecords {
  readonly #storage: ChatStorage;
  readonly #prefix: string;
  readonly #values = new Map<string, string>();
  /** The number of pending writes of each name. */
  readonly #writing = new Map<string, number>();
  readonly #unkept = new Set<string>();
  readonly #writes = new Set<Promise<boolean>>();
  /** The names that were changed since the current reload began. */
  readonly #changed = new Set<string>();

  constructor(storage: ChatStorage, prefix: string) {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  /** @returns the names, without the prefix, and their values, in the order of the names. */
  list(): [name: string, value: string][] {
    return sorted(this.#values, ([a], [b]) => (a < b ? -1 : 1));
  }

  /** Whether the storage refused the last change of this name, so that the change is lost with the page. */
  isUnkept(name: string): boolean {
    return this.#unkept.has(name);
  }

  /**
   * Changes the mirror and starts the write at once. The write waits for no other write, since the page may end.
   *
   * @returns whether the change was stored; if not, it is in memory alone
   */
  write(changes: readonly StorageChange[]): Promise<boolean> {
    const written = this.#write(changes).finally(() => this.#writes.delete(written));
    this.#writes.add(written);
    return written;
  }

  /** Resolves when all started writes have succeeded or failed. */
  async flush(): Promise<void> {
    await Promise.all(this.#writes);
  }

  async #write(changes: readonly StorageChange[]): Promise<boolean> {
    for (const [name, value] of changes) {
      if (value === undefined) this.#values.delete(name);
      else this.#values.set(name, value);
      this.#writing.set(name, (this.#writing.get(name) ?? 0) + 1);
      this.#changed.add(name);
    }
    const isKept = await this.#storage
      .write(changes.map(([name, value]) => [this.#prefix + name, value] as const))
      .then(
        () => true,
        () => false,
      );
    for (const [name] of changes) {
      const others = (this.#writing.get(name) ?? 0) - 1;
      if (others > 0) this.#writing.set(name, others);
      else this.#writing.delete(name);
      if (isKept) this.#unkept.delete(name);
      else this.#unkept.add(name);
    }
    return isKept;
  }

  /** Reads the stored records, one read at a time. If the storage cannot be read, nothing changes. */
  async reload(): Promise<void> {
    this.#changed.clear();
    const stored = await this.#storage.list(this.#prefix).catch(() => undefined);
    if (!stored) return;
    const isOwn = (name: string): boolean =>
      this.#changed.has(name) || this.#writing.has(name) || this.#unkept.has(name);
    const found = new Map(stored.map(([name, value]) => [name.slice(this.#prefix.length), value]));
    for (const name of this.#values.keys()) {
      if (!found.has(name) && !isOwn(name)) this.#values.delete(name);
    }
    for (const [name, value] of found) {
      if (!isOwn(name)) this.#values.set(name, value);
    }
  }
}

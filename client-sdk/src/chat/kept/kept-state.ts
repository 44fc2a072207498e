import { keptName } from "./kept-log.ts";
import type { KeptWriter } from "./kept-writer.ts";
import type { ChatStorage } from "../storage/chat-storage.ts";

export type KeptStateOptions = {
  storage: ChatStorage;
  /** The prefix of the names in the storage. */
  prefix: string;
  loadWriter: () => Promise<KeptWriter>;
};

/**
 * The last known state of each log, stored for the next visit. It is a convenience: if a write fails, or another tab
 * overwrites it, the only cost is a longer catch-up. The chosen branches of a session are stored beside its log.
 */
export class KeptState {
  readonly #options: KeptStateOptions;
  #writer: Promise<KeptWriter> | undefined;

  constructor(options: KeptStateOptions) {
    this.#options = options;
  }

  /** @returns undefined also if the storage cannot be read */
  async load<Value>(name: string): Promise<Value | undefined> {
    const { storage, prefix } = this.#options;
    try {
      const text = await storage.get(keptName(prefix, name));
      return text === undefined ? undefined : (JSON.parse(text) as Value);
    } catch {
      return undefined;
    }
  }

  /** Stores a log, or choices, a little later, in the state of that time. */
  save(name: string, value: () => unknown): void {
    void this.#write((writer) => writer.save(name, value));
  }

  /** Stores pending changes now, since the page may end. */
  async flush(): Promise<void> {
    if (this.#writer) await this.#write((writer) => writer.flush());
  }

  /** Forgets one log, or all of them. */
  clear(name?: string): Promise<void> {
    return this.#write((writer) => writer.clear(name));
  }

  async #write(work: (writer: KeptWriter) => void | Promise<void>): Promise<void> {
    try {
      await work(await (this.#writer ??= this.#options.loadWriter()));
    } catch {
      // The chat is closed.
    }
  }
}

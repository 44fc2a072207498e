import type { KeptLog } from "./kept-log.ts";
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

  /** Stores a log a little later, in its state of that time. */
  save(name: string, log: () => KeptLog<unknown>): void {
    void this.use((writer) => writer.save(name, log));
  }

  /** Stores pending changes now, since the page may end. */
  async flush(): Promise<void> {
    if (this.#writer) await this.use((writer) => writer.flush());
  }

  /** Forgets one log, or all of them. */
  clear(name?: string): Promise<void> {
    return this.use((writer) => writer.clear(name));
  }

  /** Uses the writer, which is loaded at its first use. @returns undefined also if the chat is closed */
  async use<Result>(work: (writer: KeptWriter) => Result | Promise<Result>): Promise<Result | undefined> {
    try {
      return await work(await (this.#writer ??= this.#options.loadWriter()));
    } catch {
      return undefined;
    }
  }
}

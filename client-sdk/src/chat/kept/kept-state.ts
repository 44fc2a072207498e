import type { KeptLog } from "./kept-log.ts";
import { keptName } from "./kept-log.ts";
import type { KeptWriter } from "./kept-writer.ts";
import type { ChatStorage } from "../storage/chat-storage.ts";

export type KeptStateOptions = {
  storage: ChatStorage;
  /** The beginning of the names in the storage. */
  prefix: string;
  loadWriter: () => Promise<KeptWriter>;
};

/**
 * The last known state of each log, stored for the next visit. It is a convenience: a write that fails, or that another tab
 * overwrites, costs a longer catching-up and nothing else.
 */
export class KeptState {
  readonly #options: KeptStateOptions;
  #writer: Promise<KeptWriter> | undefined;

  constructor(options: KeptStateOptions) {
    this.#options = options;
  }

  /** @returns undefined also where the storage cannot be read */
  async load<Value>(name: string): Promise<Value | undefined> {
    const { storage, prefix } = this.#options;
    try {
      const text = await storage.get(keptName(prefix, name));
      return text === undefined ? undefined : (JSON.parse(text) as Value);
    } catch {
      return undefined;
    }
  }

  /** Stores a log as it is a little later. */
  save(name: string, log: () => KeptLog<unknown>): void {
    void this.#write((writer) => writer.save(name, log));
  }

  /** Stores now what waits: the page may end. */
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

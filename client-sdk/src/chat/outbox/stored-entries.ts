import { createListeners } from "../connection/listeners.ts";
import type { Sender } from "../line.ts";
import { mergeRuns } from "../merge-runs.ts";
import { createRandomId } from "../random-id.ts";
import type { ChatStorage, StorageChange } from "../storage/chat-storage.ts";
import type { Message } from "../wire.ts";
import type { OutboxEntry, OutboxItem } from "./outbox-entry.ts";
import { facts, readEntries } from "./outbox-entry.ts";
import { StoredRecords } from "./stored-records.ts";

export type StoredEntriesOptions = {
  storage: ChatStorage;
  /** The prefix of the names in the storage. */
  prefix: string;
  sender: Sender;
  now: () => number;
  /** The server has stored a message. `epoch` is the one in which it was sent, if known. */
  onSent: (message: Message, epoch: string | undefined) => void;
  /** Another tab has deleted everything that was stored. */
  onForgotten: () => void;
  /** The storage refused a write. Makes room in it, if possible. */
  makeRoom: () => Promise<void>;
};

/**
 * A notice to the other tabs: the session whose entries have changed, or null if all are forgotten; and a stored
 * message.
 */
type News = readonly [
  sessionId: string | null,
  message?: Message | null | undefined,
  epoch?: string | null | undefined,
];

/** The entries of the outbox, the same in all tabs. */
export class StoredEntries {
  /** The name of this tab in its records. */
  readonly tab = createRandomId().slice(0, 8);
  readonly #options: StoredEntriesOptions;
  readonly #records: StoredRecords;
  readonly #listeners = createListeners();
  readonly #ends: (() => void)[];
  /** Reads what other tabs have stored. */
  readonly reload = mergeRuns(async () => {
    await this.#records.reload();
    this.#changed();
  });
  #entries: readonly OutboxEntry[] | undefined;
  #lastMs = 0;

  constructor(options: StoredEntriesOptions) {
    this.#options = options;
    this.#records = new StoredRecords(options.storage, `${options.prefix}outbox/`);
    this.#ends = [
      options.sender.subscribe(() => void this.reload()),
      options.sender.onAnnounced((topic) => {
        const [sessionId, message, epoch] = JSON.parse(topic) as News;
        if (message) options.onSent(message, epoch ?? undefined);
        if (sessionId === null) options.onForgotten();
        void this.reload();
      }),
    ];
  }

  /** The entries in the order of sending. Returns the same array until something changes. */
  all(): readonly OutboxEntry[] {
    return (this.#entries ??= readEntries(this.#records.list()));
  }

  find(name: string): OutboxEntry | undefined {
    return this.all().find((entry) => entry.name === name);
  }

  /** Whether the storage did not accept it, so that it is lost if the page ends before it is sent. */
  isUnkept({ name }: OutboxEntry): boolean {
    return this.#records.isUnkept(`${name}/${facts.item}`);
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  add(item: OutboxItem): void {
    this.#lastMs = Math.max(this.#options.now(), this.#lastMs + 1);
    const name = `${String(this.#lastMs).padStart(15, "0")}-${this.tab}`;
    void this.note({ name, item }, { [facts.item]: item });
  }

  /** Stores facts of an entry and tells the other tabs; `undefined` deletes one. */
  async note(
    { name, item }: Pick<OutboxEntry, "name" | "item">,
    noted: Record<string, unknown>,
  ): Promise<void> {
    const changes = Object.entries(noted).map(
      ([fact, value]) =>
        [`${name}/${fact}`, value === undefined ? undefined : JSON.stringify(value)] as const,
    );
    await this.#write(changes);
    this.announce([item.session_id]);
  }

  announce(news: News): void {
    this.#options.sender.announce(JSON.stringify(news));
  }

  async forget(): Promise<void> {
    await this.#write(this.#records.list().map(([record]) => [record, undefined]));
    this.announce([null]);
  }

  /** Resolves when the noted facts are in the storage. */
  close(): Promise<unknown> {
    for (const end of this.#ends) end();
    return this.#records.flush();
  }

  /** Changes the entries at once. */
  async #write(changes: readonly StorageChange[]): Promise<void> {
    const written = this.#records.write(changes);
    this.#changed();
    if (await written) return;
    await this.#options.makeRoom();
    // If a record has changed again meanwhile, that change writes it.
    const stands = new Map(this.#records.list());
    await this.#records.write(changes.filter(([record, value]) => stands.get(record) === value));
    this.#changed();
  }

  #changed(): void {
    this.#entries = undefined;
    this.#listeners.call();
  }
}

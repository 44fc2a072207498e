import type { Message } from "../wire.ts";
import type { Lanes, LanesOptions } from "./lanes.ts";
import type { OutboxEntry, OutboxItem } from "./outbox-entry.ts";
import { facts, isWaiting } from "./outbox-entry.ts";
import { Outcomes } from "./outcomes.ts";
import type { StoredEntriesOptions } from "./stored-entries.ts";
import { StoredEntries } from "./stored-entries.ts";

type UnpausedLanesOptions = Omit<LanesOptions, "pauses">;

export type OutboxOptions = Omit<UnpausedLanesOptions, "entries"> &
  StoredEntriesOptions & {
    loadLanes: (options: UnpausedLanesOptions) => Promise<Lanes>;
    /** Retries waiting sends at once. */
    wake: () => void;
  };

/** Sessions to create and messages to send, kept until the server has answered. */
export class Outbox {
  readonly #entries: StoredEntries;
  #lanes: Promise<Lanes> | undefined;
  readonly #outcomes = new Outcomes();
  readonly #options: OutboxOptions;
  #isClosed = false;

  constructor(options: OutboxOptions) {
    const onSent = (message: Message, epoch: string | undefined): void => {
      options.onSent(message, epoch);
      this.#outcomes.resolve(message);
    };
    this.#options = { ...options, onSent };
    this.#entries = new StoredEntries(this.#options);
    this.#entries.subscribe(() => {
      this.#settle();
      if (!this.#lanes && this.entries().some(isWaiting)) this.#startSending();
    });
    void this.reload();
  }

  /** The entries of a session, or of all of them, in the order of sending. */
  entries(sessionId?: string): readonly OutboxEntry[] {
    const all = this.#entries.all();
    return sessionId === undefined ? all : all.filter(({ item }) => item.session_id === sessionId);
  }

  isUnkept(entry: OutboxEntry): boolean {
    return this.#entries.isUnkept(entry);
  }

  subscribe(listener: () => void): () => void {
    return this.#entries.subscribe(listener);
  }

  /** Reads what other tabs have stored, and sends waiting entries. */
  reload(): Promise<void> {
    return this.#entries.reload();
  }

  add(item: OutboxItem): void {
    this.#entries.add(item);
  }

  /**
   * The stored message. Rejects if the send is refused or cancelled, or the chat is closed; an unawaited rejection is
   * harmless.
   */
  outcome(sessionId: string, key: string): Promise<Message> {
    const outcome = this.#outcomes.of(sessionId, key);
    this.#settle();
    return outcome;
  }

  /** The creation of the session, until the server has confirmed it. */
  creating(sessionId: string): OutboxEntry | undefined {
    return this.entries(sessionId).find(({ item, isSent }) => !isSent && item.create);
  }

  /** Sends the refused items of a session again. */
  retry(sessionId: string, isMeant: (item: OutboxItem) => boolean): void {
    for (const entry of this.entries(sessionId)) {
      if (entry.failed && isMeant(entry.item)) void this.note(entry, { [facts.failed]: undefined });
    }
    this.#options.wake();
  }

  /** Stores facts of an entry; `undefined` deletes one. */
  note(entry: OutboxEntry, noted: Record<string, unknown>): Promise<void> {
    return this.#entries.note(entry, noted);
  }

  /** Deletes everything, sent or not. */
  forget(): Promise<void> {
    return this.#entries.forget();
  }

  /** Aborts the pending calls; awaited outcomes reject as `aborted`. Resolves when the entries are in the storage. */
  close(): Promise<unknown> {
    this.#isClosed = true;
    this.#settle();
    void this.#lanes?.then((lanes) => lanes.close());
    return this.#entries.close();
  }

  #settle(): void {
    if (this.#isClosed) this.#outcomes.end();
    else this.#outcomes.check(this.#entries.all());
  }

  #startSending(): void {
    this.#lanes = this.#options.loadLanes({ ...this.#options, entries: this.#entries });
    this.#lanes.then(
      (lanes) => (this.#isClosed ? lanes.close() : lanes.start()),
      () => undefined,
    );
  }
}

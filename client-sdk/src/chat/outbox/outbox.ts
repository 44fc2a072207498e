import { ChatFailure, toChatError } from "../chat-error.ts";
import type { Message } from "../wire.ts";
import type { LanesOptions } from "./lanes.ts";
import { Lanes } from "./lanes.ts";
import type { OutboxEntry, OutboxItem } from "./outbox-entry.ts";
import { facts, isWaiting } from "./outbox-entry.ts";
import { Outcomes } from "./outcomes.ts";
import type { StoredEntriesOptions } from "./stored-entries.ts";
import { StoredEntries } from "./stored-entries.ts";

export type OutboxOptions = Omit<LanesOptions, "entries"> & StoredEntriesOptions;

/** Sessions to make and messages to send, kept until the server has answered. */
export class Outbox {
  readonly #entries: StoredEntries;
  readonly #lanes: Lanes;
  readonly #outcomes = new Outcomes();
  readonly #options: OutboxOptions;

  constructor(options: OutboxOptions) {
    const onSent = (message: Message, epoch: string | undefined): void => {
      options.onSent(message, epoch);
      this.#outcomes.resolve(message);
    };
    this.#options = { ...options, onSent };
    this.#entries = new StoredEntries(this.#options);
    this.#lanes = new Lanes({ ...this.#options, entries: this.#entries });
    this.#entries.subscribe(() => this.#outcomes.check(this.#entries.all()));
    void this.reload();
  }

  /** What is to be sent to a session, or to all of them, in the order of sending. */
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

  /** Reads what other tabs have stored, and sends what is to be sent. */
  reload(): Promise<void> {
    return this.#entries.reload();
  }

  add(item: OutboxItem): void {
    this.#entries.add(item);
  }

  /** The stored message. It rejects when the send is refused or cancelled; that nobody awaits it does no harm. */
  outcome(sessionId: string, key: string): Promise<Message> {
    const outcome = this.#outcomes.of(sessionId, key);
    this.#outcomes.check(this.#entries.all());
    return outcome;
  }

  /** Resolves when the session is not waiting to be made. @throws {ChatError} when its making is refused */
  async made(sessionId: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        const create = this.creating(sessionId);
        if (create && !create.failed) return;
        stop();
        if (create?.failed) reject(new ChatFailure(create.failed));
        else resolve();
      };
      const stop = this.subscribe(check);
      check();
    });
  }

  /** The making of the session, while the server has not confirmed it. */
  creating(sessionId: string): OutboxEntry | undefined {
    return this.entries(sessionId).find(({ item, isSent }) => !isSent && item.create);
  }

  /** Sends again what was refused. */
  retry(entries: readonly OutboxEntry[]): void {
    for (const entry of entries) void this.#entries.note(entry, { [facts.failed]: undefined });
    this.wake();
  }

  /** Puts other content in place of that of a refused message, and sends it. */
  replace(entry: OutboxEntry, content: string): void {
    void this.#entries.note(entry, {
      [facts.item]: { ...entry.item, message: { ...entry.item.message, content } },
      [facts.failed]: undefined,
    });
  }

  /** What was not sent is not sent any more; what may have been sent is deleted. */
  cancel(entries: readonly OutboxEntry[]): void {
    for (const entry of entries) void this.#entries.note(entry, { [facts.cancel]: entry.item });
    this.wake();
  }

  /** Tries again now. */
  wake(): void {
    this.#options.pauses.wake();
  }

  /** Resolves when nothing is left to send. What was refused does not count. @throws {ChatError} `aborted` */
  async drain(signal?: AbortSignal): Promise<void> {
    await this.reload();
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (!signal?.aborted && this.entries().some(isWaiting)) return;
        stop();
        signal?.removeEventListener("abort", check);
        if (signal?.aborted) reject(toChatError(signal.reason));
        else resolve();
      };
      const stop = this.subscribe(check);
      signal?.addEventListener("abort", check);
      check();
    });
  }

  /** Deletes everything, sent or not. */
  forget(): Promise<void> {
    return this.#entries.forget();
  }

  /** Ends the calls under way. What is left is kept. */
  close(): void {
    this.#lanes.close();
    this.#entries.close();
  }
}

import type { ChatError } from "../chat-error.ts";
import { toChatError } from "../to-chat-error.ts";
import type { ChatRpc } from "../chat-rpc.ts";
import type { Sender } from "../line.ts";
import type { Pauses } from "../pauses.ts";
import { mayPass } from "../pauses.ts";
import type { Message } from "../wire.ts";
import { deliver, undo } from "./deliver.ts";
import type { OutboxEntry } from "./outbox-entry.ts";
import { facts, isWaiting } from "./outbox-entry.ts";
import type { StoredEntries } from "./stored-entries.ts";

export type LanesOptions = {
  entries: StoredEntries;
  rpc: ChatRpc;
  sender: Sender;
  pauses: Pauses;
  /** The epoch of a session's log, if this tab knows it. */
  epochOf: (sessionId: string) => string | undefined;
  onSent: (message: Message, epoch: string | undefined) => void;
};

/**
 * Sends the entries of the outbox while this tab is the sender. Entries of one session are sent in order, each until
 * its outcome is known. Sessions do not wait for one another.
 */
export class Lanes {
  readonly #options: LanesOptions;
  /** The sessions with a send in progress. */
  readonly #busy = new Set<string>();
  readonly #ending = new AbortController();

  constructor(options: LanesOptions) {
    this.#options = options;
    const { entries, sender } = options;
    entries.subscribe(() => this.start());
    // The tab that has stored them may have ended before it told the sender.
    if (!sender.isSender) for (const { item } of entries.all()) entries.announce([item.session_id]);
  }

  /** Aborts the pending calls. */
  close(): void {
    this.#ending.abort();
  }

  /** Sends waiting entries that are not being sent yet. */
  start(): void {
    for (const entry of this.#options.entries.all()) {
      const { session_id: sessionId } = entry.item;
      if (this.#maySend(entry) && !this.#busy.has(sessionId)) void this.#send(sessionId);
    }
  }

  /** Only this tab sees an entry that the storage did not accept. */
  #maySend(entry: OutboxEntry): boolean {
    const { sender, entries } = this.#options;
    if (this.#ending.signal.aborted || !isWaiting(entry)) return false;
    return sender.isSender || entries.isUnkept(entry);
  }

  #next(sessionId: string): OutboxEntry | undefined {
    const entries = this.#options.entries.all();
    return entries.find((entry) => entry.item.session_id === sessionId && this.#maySend(entry));
  }

  async #send(sessionId: string): Promise<void> {
    const { pauses } = this.#options;
    const next = (): OutboxEntry | undefined => this.#next(sessionId);
    this.#busy.add(sessionId);
    try {
      for (let entry = next(); entry; entry = next()) {
        const { name } = entry;
        await pauses.repeat(() => this.#try(name), this.#ending.signal);
      }
    } catch {
      // The outbox was closed. Unsent entries are kept.
    } finally {
      this.#busy.delete(sessionId);
    }
  }

  /** @throws {ChatError} if the outcome is unknown */
  async #try(name: string): Promise<void> {
    const { entries, rpc, pauses } = this.#options;
    const before = entries.find(name);
    if (!before || !this.#maySend(before)) return;
    const own = facts.tried + entries.tab;
    const isNoted = before.isCancelled || before.tries.includes(entries.tab);
    // The try is written before the send, and the records are read after that: if one tab sends and another cancels at
    // the same time, at least one of them sees the other.
    if (!isNoted) await entries.note(before, { [own]: true });
    await entries.reload();
    const entry = entries.find(name);
    // The read may have brought an earlier entry, which goes first.
    const isNext = entry !== undefined && this.#next(entry.item.session_id)?.name === name;
    if (!entry || (!isNext && this.#maySend(entry))) {
      return isNoted ? undefined : entries.note(before, { [own]: undefined });
    }
    if (!isNext) return;
    if (!entry.isCancelled) return this.#deliver(entry, before.tries.length > 0 ? {} : { [own]: undefined });
    // The undo runs to its end once begun: a tab that has not tried the entry may remove the records meanwhile.
    const { signal } = this.#ending;
    await pauses.repeat(() => undo(rpc, entry, signal), signal);
    return this.#remove(entry, { [facts.cancel]: undefined });
  }

  /** @param unlessTried the facts that change with a refusal */
  async #deliver(entry: OutboxEntry, unlessTried: Record<string, undefined>): Promise<void> {
    const { entries, rpc, epochOf, onSent } = this.#options;
    const { item, name } = entry;
    const { signal } = this.#ending;
    const epoch = epochOf(item.session_id);
    try {
      const message = await deliver(rpc, item, signal);
      const isShown = message && !entries.find(name)?.isCancelled;
      if (isShown) onSent(message, epoch);
      const removed = this.#remove(entry, {});
      if (isShown) entries.announce([item.session_id, message, epoch]);
      await removed;
    } catch (cause) {
      const error = toChatError(cause);
      if (signal.aborted || mayPass(error)) throw error;
      // Meanwhile another tab may have got the refusal first, and its person may have changed the message, or taken it back.
      await entries.reload();
      const isAsSent = JSON.stringify(entries.find(name)?.item) === JSON.stringify(item);
      // JSON omits the message of an Error.
      const failed: ChatError = Object.assign({}, error, { message: error.message });
      await entries.note(entry, { ...(isAsSent && { [facts.failed]: failed }), ...unlessTried });
    }
  }

  /** A cancellation that was unknown when the message was sent stays, so that it takes effect. */
  #remove(entry: OutboxEntry, more: Record<string, undefined>): Promise<void> {
    const { entries } = this.#options;
    const tries = [...entry.tries, entries.tab].map((tab) => [facts.tried + tab, undefined]);
    return entries.note(entry, {
      [facts.item]: undefined,
      [facts.failed]: undefined,
      ...(Object.fromEntries(tries) as Record<string, undefined>),
      ...more,
    });
  }
}

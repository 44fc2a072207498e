import type { ChatError } from "./chat-error.ts";
import { toChatError } from "./to-chat-error.ts";
import type { ChatRpc } from "./chat-rpc.ts";
import { cancel, replace } from "./outbox/outbox-acts.ts";
import type { OutboxEntry } from "./outbox/outbox-entry.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { Pauses } from "./pauses.ts";
import type { Message } from "./wire.ts";

/** New content that is being saved, in place of the message as it was at `seq`. */
type Edit = { content: string; seq: number; done: Promise<Message> };

export type EditOptions = {
  /**
   * The `seq` of the message that the person saw. The edit is refused with CONFLICT if somebody else has changed the
   * message since. Default: the message's `seq` at the time of the call.
   */
  seq?: number | undefined;
};

export type MessageChangesOptions = {
  sessionId: string;
  parts: { rpc: ChatRpc; outbox: Outbox; pauses: Pauses; signal: AbortSignal };
  find: (key: string) => Message | undefined;
  /** The epoch of the log, if it is known. */
  epoch: () => string | undefined;
  /** Takes the answer to an edit that was made in that epoch. */
  onEdited: (message: Message, epoch: string | undefined) => void;
  onChange: () => void;
};

/**
 * Edits and removals of messages. They show at once, are repeated while the page lives, and are rolled back if refused.
 */
export class MessageChanges {
  readonly #options: MessageChangesOptions;
  readonly #edits = new Map<string, Edit>();
  /**
   * For each `seq` that an own edit replaced, the `seq` after that edit: an own edit is not a conflict for the next
   * one.
   */
  readonly #replaced = new Map<number, number>();
  readonly #removed = new Set<string>();
  readonly #errors = new Map<string, ChatError>();

  constructor(options: MessageChangesOptions) {
    this.#options = options;
  }

  /** The content to show in place of the message's. A later change from the server takes precedence. */
  contentOf(key: string, seq = -1): string | undefined {
    const edit = this.#edits.get(key);
    return edit && seq <= this.#latestOwn(edit.seq) ? edit.content : undefined;
  }

  isRemoved(key: string): boolean {
    return this.#removed.has(key);
  }

  /** Why the last change of the message was refused. */
  errorOf(key: string): ChatError | undefined {
    return this.#errors.get(key);
  }

  /** The log has reported the removal. Without a key: the log began again. */
  removalTold(key?: string): void {
    if (key !== undefined) return void this.#removed.delete(key);
    this.#removed.clear();
    // Another epoch has other numbers.
    this.#replaced.clear();
  }

  /** @throws {ChatError} if the server refuses: CONFLICT if somebody else changed the message first */
  edit(key: string, content: string, { seq }: EditOptions = {}): Promise<Message> {
    const { outbox } = this.#options.parts;
    const { sessionId, find } = this.#options;
    const held = find(key);
    const entry = held ? undefined : this.#waiting(key);
    // The message is not stored, and no try of it is pending.
    if (entry?.failed && entry.tries.length === 0) {
      replace(outbox, entry, content);
      return outbox.outcome(sessionId, key);
    }
    const earlier = this.#edits.get(key)?.done;
    // Taken now: when the earlier edit is over, the send may be over too, and its outcome forgotten.
    const sent = entry && outbox.outcome(sessionId, key);
    const edit = { content, seq: seq ?? held?.seq ?? Number.POSITIVE_INFINITY } as Edit;
    edit.done = this.#run(key, async () => {
      try {
        return await this.#update(key, edit, earlier, sent);
      } finally {
        if (this.#edits.get(key) === edit) this.#edits.delete(key);
      }
    });
    this.#edits.set(key, edit);
    this.#options.onChange();
    return edit.done;
  }

  /** @throws {ChatError} if the server refuses */
  remove(key: string): Promise<void> {
    const { sessionId, parts, find, onChange } = this.#options;
    const { rpc, outbox, pauses, signal } = parts;
    const held = find(key);
    const entry = this.#waiting(key);
    this.#removed.add(key);
    if (entry) cancel(outbox, [entry]);
    pauses.wake();
    const done = this.#run(key, async () => {
      if (entry) return;
      const name = held ? { message_id: held.id } : { key };
      try {
        await pauses.repeat(
          () => rpc.message.delete.mutate({ session_id: sessionId, ...name }, { signal }),
          signal,
        );
      } catch (cause) {
        const error = toChatError(cause);
        if (error.kind === "refused" && error.code === "NOT_FOUND") return;
        this.#removed.delete(key);
        throw error;
      }
    });
    onChange();
    return done;
  }

  /** Ends a reply with the text so far. An unsent request is cancelled. @throws {ChatError} if the server refuses */
  stop(key: string): Promise<void> {
    const { sessionId, parts, epoch, onEdited } = this.#options;
    const { rpc, pauses, signal } = parts;
    if (this.#waiting(key)) return this.remove(key);
    return this.#run(key, async () => {
      const calledIn = epoch();
      const stop = () => rpc.message.stop.mutate({ session_id: sessionId, key }, { signal });
      onEdited(await pauses.repeat(stop, signal), calledIn);
    });
  }

  async #update(
    key: string,
    edit: Edit,
    earlier: Promise<Message> | undefined,
    sent: Promise<Message> | undefined,
  ): Promise<Message> {
    const { sessionId, parts, find, onEdited } = this.#options;
    const { rpc, pauses, signal } = parts;
    await earlier?.catch(() => undefined);
    const stored = await sent;
    edit.seq = this.#latestOwn(stored?.seq ?? edit.seq);
    const { content, seq } = edit;
    const known = Number.isFinite(seq) && { if_seq: seq };
    const { id } = stored ?? find(key) ?? {};
    const name = id === undefined ? { key } : { message_id: id };
    const epoch = this.#options.epoch();
    const message = await pauses.repeat(
      () => rpc.message.update.mutate({ session_id: sessionId, ...name, content, ...known }, { signal }),
      signal,
    );
    if (message.seq > seq) this.#replaced.set(seq, message.seq);
    onEdited(message, epoch);
    return message;
  }

  #latestOwn(seq: number): number {
    const next = this.#replaced.get(seq);
    return next === undefined ? seq : this.#latestOwn(next);
  }

  #waiting(key: string): OutboxEntry | undefined {
    const { sessionId, parts } = this.#options;
    return parts.outbox.entries(sessionId).find(({ item, isSent }) => !isSent && item.message?.key === key);
  }

  #run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    this.#errors.delete(key);
    const done = work()
      .then((result) => {
        // An earlier change may have been refused meanwhile.
        this.#errors.delete(key);
        return result;
      })
      .catch((cause: unknown) => {
        const error = toChatError(cause);
        this.#errors.set(key, error);
        throw error;
      })
      .finally(() => this.#options.onChange());
    return done;
  }
}

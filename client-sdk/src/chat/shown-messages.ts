import type { ChatError } from "./chat-error.ts";
import type { MessageChanges } from "./message-changes.ts";
import type { OutboxEntry } from "./outbox/outbox-entry.ts";
import type { Message } from "./wire.ts";

/** A message as a page shows it. A pending one has no `id` and no `seq` yet; its `key` is the one that it keeps. */
export type ShownMessage = Omit<Message, "id" | "seq"> & {
  readonly id?: number;
  readonly seq?: number;
  /** Of the send: the server has it, is still to get it, or has refused it. */
  readonly delivery: "pending" | "sent" | "failed";
  /** Why the send was refused, or the last edit or removal. */
  readonly error?: ChatError;
  /** The storage has no room for it: it is lost when the page ends before it is sent. */
  readonly isUnkept?: true;
};

export type Shown = {
  messages: readonly Message[];
  entries: readonly OutboxEntry[];
  changes: Pick<MessageChanges, "contentOf" | "isRemoved" | "errorOf">;
  isUnkept: (entry: OutboxEntry) => boolean;
};

/** Makes the list that a page shows. A message that looks as before is the same object as before. */
export class MessageView {
  #last = new Map<string, ShownMessage>();
  #shown: readonly ShownMessage[] = [];

  show({ messages, entries, changes, isUnkept }: Shown): readonly ShownMessage[] {
    const sent = messages.map((message): ShownMessage => ({ ...message, delivery: "sent" }));
    const keys = new Set(messages.map(({ key }) => key));
    const cancelled = new Set<string>();
    const waiting = entries.flatMap((entry): ShownMessage[] => {
      const { failed, isCancelled, isSent } = entry;
      const { message, session_id } = entry.item;
      if (!message) return [];
      if (isCancelled) cancelled.add(message.key);
      if (isSent || isCancelled || keys.has(message.key)) return [];
      return [
        {
          session_id,
          ...message,
          delivery: failed ? "failed" : "pending",
          ...(failed && { error: failed }),
          ...(isUnkept(entry) && { isUnkept: true }),
        },
      ];
    });
    const next = [...sent, ...waiting].flatMap((message): ShownMessage[] => {
      const { key, seq } = message;
      if (changes.isRemoved(key) || cancelled.has(key)) return [];
      const content = changes.contentOf(key, seq) ?? message.content;
      const error = changes.errorOf(key);
      return [this.#same({ ...message, content, ...(error && { error }) })];
    });
    this.#last = new Map(next.map((message) => [message.key, message]));
    const isSame =
      next.length === this.#shown.length && next.every((message, at) => message === this.#shown[at]);
    return isSame ? this.#shown : (this.#shown = next);
  }

  #same(message: ShownMessage): ShownMessage {
    const last = this.#last.get(message.key);
    return last && isAlike(last, message) ? last : message;
  }
}

/** @returns whether both have the same fields with the same values; errors are compared by their text */
export function isAlike<Fields extends object>(a: Fields, b: Fields): boolean {
  const names = Object.keys(b) as (keyof Fields)[];
  return (
    names.length === Object.keys(a).length &&
    names.every(
      (name) =>
        a[name] === b[name] || (isObject(b[name]) && JSON.stringify(a[name]) === JSON.stringify(b[name])),
    )
  );
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

import type { ChatError } from "./chat-error.ts";
import type { MessageChanges } from "./message-changes.ts";
import type { OutboxEntry } from "./outbox/outbox-entry.ts";
import type { Message } from "./wire.ts";

/** A message as a page shows it. A pending message has no `id` and no `seq` yet; its `key` never changes. */
export type ShownMessage = Omit<Message, "id" | "seq"> & {
  readonly id?: number;
  readonly seq?: number;
  /** The state of the send: the server has it, does not have it yet, or has refused it. */
  readonly delivery: "pending" | "sent" | "failed";
  /** Why the send was refused, or the last edit or removal. */
  readonly error?: ChatError;
  /** The storage did not accept it: it is lost if the page ends before it is sent. */
  readonly isUnkept?: true;
  /** Its place among its alternatives; absent if it is the only one. `index` counts from 0. */
  readonly branch?: { readonly index: number; readonly count: number; readonly keys: readonly string[] };
};

/** A reply that has not ended. Its key names it in `stop`. */
export type Run = { readonly key: string; readonly status: "requested" | "streaming" };

export type MessageSources = {
  messages: readonly Message[];
  entries: readonly OutboxEntry[];
  /** The keys of messages whose deletion the log has reported. The send of one of them may still be unanswered. */
  deleted: ReadonlySet<string>;
  changes: MessageChanges | undefined;
  isUnkept: (entry: OutboxEntry) => boolean;
};

/** The messages of the log, with the pending changes, followed by the unsent messages. */
export function showMessages({
  messages,
  entries,
  deleted,
  changes,
  isUnkept,
}: MessageSources): ShownMessage[] {
  const hidden = new Set([...deleted, ...messages.map(({ key }) => key)]);
  const waiting = entries.flatMap((entry): ShownMessage[] => {
    const { failed, isCancelled, isSent } = entry;
    const { message, session_id } = entry.item;
    if (!message || isSent || isCancelled || hidden.has(message.key)) return [];
    const delivery = failed ? "failed" : "pending";
    const isLost = isUnkept(entry) && { isUnkept: true as const };
    return [{ session_id, ...message, delivery, ...(failed && { error: failed }), ...isLost }];
  });
  const cancelled = new Set(entries.map(({ item, isCancelled }) => isCancelled && item.message?.key));
  return [...messages.map(showSent), ...waiting].flatMap((message): ShownMessage[] => {
    const { key, seq } = message;
    if (cancelled.has(key) || changes?.isRemoved(key) === true) return [];
    const content = changes?.contentOf(key, seq) ?? message.content;
    const error = message.error ?? changes?.errorOf(key);
    const isPlain = content === message.content && !error;
    return [isPlain ? message : { ...message, content, ...(error && { error }) }];
  });
}

const sent = new WeakMap<Message, ShownMessage>();

/** A long session is shown again with each frame, so objects of unchanged messages are made once. */
function showSent(message: Message): ShownMessage {
  const shown = sent.get(message) ?? { ...message, delivery: "sent" };
  sent.set(message, shown);
  return shown;
}

/** Whether the message is a reply that has not ended. */
export function isOpenReply(message: ShownMessage): message is ShownMessage & { status: Run["status"] } {
  return message.status === "requested" || message.status === "streaming";
}

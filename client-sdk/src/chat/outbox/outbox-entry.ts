import type { ChatError } from "../chat-error.ts";
import type { NewMessage } from "../chat-rpc.ts";

/** A session to create, or a message to send. It does not change once it is in the outbox. */
export type OutboxItem = { readonly session_id: string } & (
  | {
      readonly create: { readonly title?: string | undefined; readonly created_at: string };
      readonly message?: undefined;
    }
  | {
      readonly message: NewMessage;
      readonly create?: undefined;
    }
);

/**
 * An item with its state. Each fact of the state is a separate record, so that two tabs that note two facts do not
 * overwrite each other.
 */
export type OutboxEntry = {
  /** Its name in the outbox. Names sort in the order of sending. */
  readonly name: string;
  readonly item: OutboxItem;
  /** The tabs that have tried it without learning the outcome. */
  readonly tries: readonly string[];
  /** Why the server refused it. It waits for `retry` or `cancel`. */
  readonly failed?: ChatError;
  /** It must not be sent. If it was sent, it must be deleted. */
  readonly isCancelled: boolean;
  /** The item itself is gone: another tab sent it before that tab knew of the cancellation. */
  readonly isSent: boolean;
};

/** The records of an entry are named `<name>/<fact>`. */
export const facts = { item: "item", failed: "failed", cancel: "cancel", tried: "tried-" };

/** @param records sorted by name; the value of a cancellation is its item */
export function readEntries(records: readonly (readonly [name: string, value: string])[]): OutboxEntry[] {
  const found = new Map<string, { -readonly [Field in keyof OutboxEntry]?: OutboxEntry[Field] }>();
  for (const [record, value] of records) {
    const at = record.indexOf("/");
    const name = record.slice(0, at);
    const fact = record.slice(at + 1);
    const entry = found.get(name) ?? { name, tries: [] };
    found.set(name, entry);
    if (fact.startsWith(facts.tried)) entry.tries = [...(entry.tries ?? []), fact.slice(facts.tried.length)];
    else if (fact === facts.failed) entry.failed = JSON.parse(value) as ChatError;
    else if (fact === facts.item) {
      entry.item = JSON.parse(value) as OutboxItem;
      entry.isSent = false;
    } else if (fact === facts.cancel) {
      entry.item ??= JSON.parse(value) as OutboxItem;
      entry.isCancelled = true;
    }
  }
  const entries = [...found.values()].flatMap((entry) =>
    entry.item ? [{ isCancelled: false, isSent: true, ...entry } as OutboxEntry] : [],
  );
  return entries.map((entry) => withFailureOfCreate(entry, entries));
}

/** A message cannot be sent to a session whose creation was refused. */
function withFailureOfCreate(entry: OutboxEntry, entries: readonly OutboxEntry[]): OutboxEntry {
  const { session_id: sessionId } = entry.item;
  const create = entries.find(({ item, failed }) => failed && item.create && item.session_id === sessionId);
  return create?.failed ? { failed: create.failed, ...entry } : entry;
}

/** Whether the entry needs work. A refused entry waits for a person. */
export function isWaiting({ failed, isCancelled }: OutboxEntry): boolean {
  return isCancelled || !failed;
}

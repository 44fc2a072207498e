import { toChatError } from "../to-chat-error.ts";
import type { ChatRpc } from "../chat-rpc.ts";
import { mayPass } from "../pauses.ts";
import type { Message } from "../wire.ts";
import type { OutboxEntry, OutboxItem } from "./outbox-entry.ts";

/** Sends an item. A repeat has no second effect. @returns the message, if the item is one */
export async function deliver(
  rpc: ChatRpc,
  item: OutboxItem,
  signal: AbortSignal,
): Promise<Message | undefined> {
  const { session_id, message, create } = item;
  if (message) return rpc.message.add.mutate({ session_id, ...message }, { signal });
  try {
    await rpc.session.create.mutate({ id: session_id, ...create }, { signal });
  } catch (cause) {
    const error = toChatError(cause);
    // The id is random, so a CONFLICT means that an earlier try created the session.
    if (error.kind !== "refused" || error.code !== "CONFLICT") throw error;
  }
  return undefined;
}

/**
 * Undoes a send. An earlier try with an unknown outcome may still be under way. The repeat uses up its key, so that the
 * late try stores nothing.
 */
export async function undo(
  rpc: ChatRpc,
  { item, isSent, tries }: OutboxEntry,
  signal: AbortSignal,
): Promise<void> {
  if (!isSent && tries.length === 0) return;
  if (!isSent) await deliver(rpc, item, signal).catch(allowRefusal);
  const { session_id } = item;
  await (
    item.message
      ? rpc.message.delete.mutate({ session_id, key: item.message.key }, { signal })
      : rpc.session.delete.mutate({ session_id }, { signal })
  ).catch(allowRefusal);
}

function allowRefusal(cause: unknown): void {
  const error = toChatError(cause);
  if (mayPass(error)) throw error;
}

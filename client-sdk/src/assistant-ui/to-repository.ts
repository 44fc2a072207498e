import type { ExportedMessageRepository, ThreadMessage } from "@assistant-ui/react";
import { Thread } from "../../../server/contract/thread.ts";
import type { ShownMessage } from "../chat/shown-messages.ts";
import { toThreadMessage } from "./to-thread-message.ts";

type Item = { message: ThreadMessage; parentId: string | null };

/**
 * The messages of a session as assistant-ui's tree, whose head is the end of the shown branch.
 *
 * @param shown the messages of the shown branch
 * @param all gives the messages of all branches, in the order of their ids
 */
export function toRepository(
  shown: readonly ShownMessage[],
  all: () => readonly ShownMessage[],
): ExportedMessageRepository {
  const hasBranches = shown.some(({ branch }) => branch);
  const messages = hasBranches ? treeOf(shown, all()) : chainOf(shown);
  const keys = new Set(messages.map(({ message }) => message.id));
  return { headId: shown.findLast(({ key }) => keys.has(key))?.key ?? null, messages };
}

function chainOf(shown: readonly ShownMessage[]): Item[] {
  return shown.map((message, at) => ({
    message: toThreadMessage(message),
    parentId: shown[at - 1]?.key ?? null,
  }));
}

function treeOf(shown: readonly ShownMessage[], all: readonly ShownMessage[]): Item[] {
  // The objects of the snapshot stay the same until they change, so the library keeps what it made of them.
  const held = new Map(shown.map((message) => [message.key, message]));
  const thread = new Thread(all);
  return all.map((message) => ({
    message: toThreadMessage(held.get(message.key) ?? message),
    parentId: thread.parentOf(message.key)?.key ?? null,
  }));
}

import type { AppendMessage, ExternalStoreAdapter } from "@assistant-ui/react";
import { isOpenReply } from "../chat/shown-messages.ts";
import type { ShownMessage } from "../chat/shown-messages.ts";
import type { ChatSession } from "../create-chat.ts";
import { toSend } from "./to-send.ts";

export type Store = ExternalStoreAdapter;

/**
 * The actions of a user in an open session. No handler waits for the server: the store shows the outcome, and sends when
 * the server can be reached.
 */
export function sessionHandlers(
  session: ChatSession,
  messages: readonly ShownMessage[],
): Omit<Partial<Store>, "messages"> {
  const isFailed = (id: string | null) =>
    messages.some(({ key, delivery }) => key === id && delivery === "failed");
  return {
    onLoadEarlier: () => session.loadEarlier(),
    async onEdit(message) {
      const { content, options } = toSend(message);
      const { sourceId } = message;
      if (sourceId !== null && isFailed(sourceId)) void session.edit(sourceId, content);
      else void session.send(content, { ...options, ...(sourceId !== null && { parent_key: sourceId }) });
    },
    onDelete: (id) => session.remove(id),
    async onReload(parentId, { sourceId }) {
      if (sourceId !== null && isFailed(sourceId)) session.retry(sourceId);
      else void session.regenerate(sourceId ?? parentId ?? undefined);
    },
    async onCancel() {
      void session.stop();
    },
    // The library switches no branch while a reply is written. With this handler it would also move the user's last
    // message back into the composer when the user stops the reply.
    ...(!messages.some(isOpenReply) && { setMessages: switchBranch(session, messages) }),
  };
}

const nothing = (): undefined => undefined;

/**
 * The library sends while a reply is written only to a queue. The assistant on the server has its own, so a message is
 * sent at once.
 */
export function queueOf(send: (message: AppendMessage) => void): NonNullable<Store["queue"]> {
  return {
    items: [],
    steerItems: [],
    enqueue: send,
    steer: send,
    move: nothing,
    edit: nothing,
    remove: nothing,
  };
}

/** Shows the branch that the library has switched to. The library also calls it with a part of the shown branch. */
function switchBranch(
  session: ChatSession,
  shown: readonly ShownMessage[],
): NonNullable<Store["setMessages"]> {
  const keys = new Set(shown.map(({ key }) => key));
  return (messages) => {
    const end = messages.at(-1);
    if (end && messages.some(({ id }) => !keys.has(id))) void session.choose(end.id);
  };
}

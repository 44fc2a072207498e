import type { AppendMessage, AssistantRuntime } from "@assistant-ui/react";
import { useExternalStoreRuntime } from "@assistant-ui/react";
import { useCallback, useMemo, useSyncExternalStore } from "react";
import { isOpenReply } from "../chat/shown-messages.ts";
import type { ChatSession } from "../create-chat.ts";
import type { ChatHookOptions } from "../react/chat-context.ts";
import { useChat } from "../react/chat-context.ts";
import { unloadedSession } from "../react/use-session.ts";
import { titleFrom } from "../title-from.ts";
import type { Store } from "./session-handlers.ts";
import { queueOf, sessionHandlers } from "./session-handlers.ts";
import { toRepository } from "./to-repository.ts";
import { toSend } from "./to-send.ts";
import type { OpenSessionOptions } from "./use-open-session.ts";
import { useOpenSession } from "./use-open-session.ts";
import { useThreadList } from "./use-thread-list.ts";

export type AIDeskRuntimeOptions = ChatHookOptions &
  OpenSessionOptions & {
    /** assistant-ui's own adapters, such as `attachments` and `feedback`. Pass the same object each time. */
    adapters?: Omit<NonNullable<Store["adapters"]>, "threadList"> | undefined;
  };

const noSubscription = () => () => undefined;

const nothing: Pick<ChatSession, "subscribe" | "getSnapshot" | "all"> = {
  subscribe: noSubscription,
  getSnapshot: () => unloadedSession,
  all: () => [],
};

/**
 * A runtime for assistant-ui whose threads are the sessions of the chat. It shows the open session with all its branches,
 * live in all tabs. A message is shown at once and sent when the server can be reached. Replies come from the assistant
 * that answers on the server, such as `serveReplies`.
 */
export function useAIDeskRuntime(options: AIDeskRuntimeOptions = {}): AssistantRuntime {
  const { adapters } = options;
  const chat = useChat(options);
  const [openId, open] = useOpenSession(options);
  const threadList = useThreadList(chat, openId, open);
  const session = openId === undefined ? undefined : chat.session(openId);
  const shown = session ?? nothing;
  const snapshot = useSyncExternalStore(shown.subscribe, shown.getSnapshot, () => unloadedSession);
  const { messages, status, isLoaded, hasEarlier } = snapshot;
  const messageRepository = useMemo(() => toRepository(messages, () => shown.all()), [messages, shown]);
  const isClosed = status === "closed";
  const send = useCallback(
    (message: AppendMessage) => {
      const { content, options: extras } = toSend(message);
      const id = session?.id ?? chat.sessions().create({ title: titleFrom(content) });
      if (!session) open(id);
      void chat.session(id).send(content, extras);
    },
    [chat, session, open],
  );
  const store = useMemo(
    (): Store => ({
      messageRepository,
      isRunning: messages.some(isOpenReply),
      isLoading: session !== undefined && !isLoaded && !isClosed,
      isDisabled: isClosed,
      hasEarlier,
      adapters: { ...adapters, threadList },
      onNew: async (message) => send(message),
      queue: queueOf(send),
      ...(session && sessionHandlers(session, messages)),
    }),
    [messageRepository, messages, session, isLoaded, isClosed, hasEarlier, adapters, threadList, send],
  );
  return useExternalStoreRuntime(store);
}

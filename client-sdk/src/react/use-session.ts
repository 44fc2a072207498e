import { useMemo, useSyncExternalStore } from "react";
import type { SessionSnapshot } from "../chat/session-snapshot.ts";
import type { ChatSession } from "../create-chat.ts";
import { actionsOf } from "./actions-of.ts";
import type { ChatHookOptions } from "./chat-context.ts";
import { useChat } from "./chat-context.ts";

const actionNames = [
  "send",
  "retry",
  "cancel",
  "edit",
  "remove",
  "rename",
  "stop",
  "regenerate",
  "choose",
  "setTyping",
  "loadEarlier",
] as const;

/** The actions on a session. The functions are bound, and stay the same as long as the session does. */
export type SessionActions = Pick<ChatSession, "id" | (typeof actionNames)[number]>;

/** The current state of a session, and the actions on it. */
export type LiveSession = SessionSnapshot & SessionActions;

/** On a server nothing is followed. A browser begins with the same state, and then shows the known one. */
export const unloadedSession: SessionSnapshot = {
  status: "connecting",
  title: undefined,
  messages: [],
  run: undefined,
  typing: [],
  here: [],
  isLoaded: false,
  hasEarlier: false,
  isLoadingEarlier: false,
  error: undefined,
};

/**
 * Follows a session while the component is mounted. The object is the same until something changes. After a change of
 * the id, the same render shows the other session.
 */
export function useSession(id: string, options?: ChatHookOptions): LiveSession {
  const store = useChat(options).session(id);
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot, () => unloadedSession);
  return useMemo(() => ({ ...snapshot, id: store.id, ...actionsOf(store, actionNames) }), [store, snapshot]);
}

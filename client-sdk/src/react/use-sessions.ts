import { useMemo, useSyncExternalStore } from "react";
import type { ListSnapshot } from "../chat/list-store.ts";
import type { ChatSessions } from "../create-chat.ts";
import { actionsOf } from "./actions-of.ts";
import type { ChatHookOptions } from "./chat-context.ts";
import { useChat } from "./chat-context.ts";

const actionNames = ["create", "retry", "rename", "remove", "loadMore"] as const;

/** The actions on the list of sessions. The functions are bound, and stay the same. */
export type SessionsActions = Pick<ChatSessions, (typeof actionNames)[number]>;

/** The current list of sessions, and the actions on it. */
export type LiveSessions = ListSnapshot & SessionsActions;

const onServer: ListSnapshot = {
  status: "connecting",
  sessions: [],
  isLoaded: false,
  hasMore: false,
  isLoadingMore: false,
  error: undefined,
};

/** Follows the list of sessions while the component is mounted. The object is the same until something changes. */
export function useSessions(options?: ChatHookOptions): LiveSessions {
  const store = useChat(options).sessions();
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot, () => onServer);
  return useMemo(() => ({ ...snapshot, ...actionsOf(store, actionNames) }), [store, snapshot]);
}

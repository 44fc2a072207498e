import { useCallback, useSyncExternalStore } from "react";
import type { LineStatus } from "../chat/line.ts";
import type { ChatHookOptions } from "./chat-context.ts";
import { useChat } from "./chat-context.ts";

/** The state of the connection. This hook opens no connection; `useSession` and `useSessions` do. */
export function useStatus(options?: ChatHookOptions): LineStatus {
  const chat = useChat(options);
  const subscribe = useCallback((listener: () => void) => chat.subscribeStatus(listener), [chat]);
  return useSyncExternalStore(
    subscribe,
    () => chat.status,
    () => "connecting",
  );
}

import { useCallback, useSyncExternalStore } from "react";
import type { LineStatus } from "../chat/line.ts";
import type { ChatHookOptions } from "./chat-context.ts";
import { useChat } from "./chat-context.ts";

/** The state of the connection. It opens none: that is for `useSession` and `useSessions`. */
export function useStatus(options?: ChatHookOptions): LineStatus {
  const chat = useChat(options);
  const subscribe = useCallback((listener: () => void) => chat.subscribeStatus(listener), [chat]);
  return useSyncExternalStore(
    subscribe,
    () => chat.status,
    () => "connecting",
  );
}

import { useSyncExternalStore } from "react";
import type { LineStatus } from "../chat/line.ts";
import type { ChatHookOptions } from "./chat-context.ts";
import { useChat } from "./chat-context.ts";

/** The state of the connection. It opens none: that is for `useSession` and `useSessions`. */
export function useStatus(options?: ChatHookOptions): LineStatus {
  const chat = useChat(options);
  return useSyncExternalStore(
    chat.subscribeStatus,
    () => chat.status,
    () => "connecting",
  );
}

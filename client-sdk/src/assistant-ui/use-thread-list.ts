import type { ExternalStoreThreadListAdapter } from "@assistant-ui/react";
import { useMemo } from "react";
import type { Chat } from "../create-chat.ts";
import { useSessions } from "../react/use-sessions.ts";

/** The list of sessions as the thread list of an external store. assistant-ui may still change that interface. */
export function useThreadList(
  chat: Chat,
  openId: string | undefined,
  open: (id: string | undefined) => void,
): ExternalStoreThreadListAdapter {
  const { sessions, isLoaded, rename, remove } = useSessions({ chat });
  return useMemo(
    () => ({
      threadId: openId,
      isLoading: !isLoaded,
      threads: sessions.map((session) => ({
        status: "regular",
        id: session.id,
        remoteId: session.id,
        title: session.title,
        custom: { aiDesk: session },
      })),
      onSwitchToThread: open,
      onSwitchToNewThread: () => open(undefined),
      onRename: rename,
      onDelete(id) {
        if (id === openId) open(undefined);
        return remove(id);
      },
    }),
    [sessions, isLoaded, rename, remove, openId, open],
  );
}

import type { Chat } from "@ai-desk/client";
import { toChatError } from "@ai-desk/client";
import type { LiveSessions } from "@ai-desk/client/react";
import { useChat } from "@ai-desk/client/react";
import { useEffect, useState } from "react";

type TitleSearch = {
  found: LiveSessions["sessions"];
  /** Whether some titles are not loaded yet. */
  isSearching: boolean;
  /** Why the rest of the titles cannot be loaded. */
  failure: string | undefined;
};

/**
 * The sessions whose title contains the text. The search covers all titles: while there is a text, the rest of the list
 * loads.
 */
export function useTitleSearch({ sessions, hasMore }: LiveSessions, text: string): TitleSearch {
  const chat = useChat();
  const [refused, setRefused] = useState<{ wanted: string; message: string }>();
  const wanted = text.trim().toLocaleLowerCase();
  const failure = refused?.wanted === wanted ? refused.message : undefined;
  const isSearching = wanted !== "" && hasMore && failure === undefined;

  useEffect(() => {
    if (!isSearching) return undefined;
    const ending = new AbortController();
    loadRest(chat, ending.signal).catch((cause: unknown) =>
      setRefused({ wanted, message: toChatError(cause).message }),
    );
    return () => ending.abort();
  }, [isSearching, wanted, chat]);

  const found = sessions.filter(({ title }) => title.toLocaleLowerCase().includes(wanted));
  return { found, isSearching, failure };
}

/**
 * A page may arrive between two renders, so that no render shows it as loading. Therefore each answer requests the next
 * page.
 */
async function loadRest(chat: Chat, signal: AbortSignal): Promise<void> {
  const list = chat.sessions();
  while (!signal.aborted && list.getSnapshot().hasMore) {
    try {
      await list.loadMore();
    } catch (cause) {
      const { kind } = toChatError(cause);
      // The list began again while the page was loading.
      if (kind !== "aborted" || chat.status === "closed") throw cause;
    }
  }
}

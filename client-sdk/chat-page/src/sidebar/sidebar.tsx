import { useSessions } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { useState } from "react";
import { Icon } from "../icon.tsx";
import { openSession } from "../open-session.ts";
import { ConnectionStatus } from "./connection-status.tsx";
import { moveFocus } from "./move-focus.ts";
import { SessionRow } from "./session-row.tsx";
import { useTitleSearch } from "./use-title-search.ts";

/** The list of sessions, the most recently active first, with a search of their titles. */
export function Sidebar({ openId }: { openId: string | undefined }): ReactElement {
  const list = useSessions();
  const { isLoaded, hasMore, isLoadingMore, error, create, retry, loadMore } = list;
  // The page has one first heading: an open chat has its own.
  const Brand = openId === undefined ? "h1" : "p";
  const [search, setSearch] = useState("");
  const { found, isSearching, failure } = useTitleSearch(list, search);
  const note = noteOf({
    isEmpty: found.length === 0,
    isLoaded,
    isSearch: search.trim() !== "",
    isSearching,
    hasMore,
    error: failure ?? error?.message,
  });

  return (
    <nav className="sidebar" aria-label="Chats">
      <header className="sidebar-head">
        <Brand className="brand">AI Desk</Brand>
        <button
          type="button"
          className="button primary"
          data-testid="new"
          onClick={() => openSession(create())}
        >
          <Icon name="add" /> New chat
        </button>
      </header>
      <label className="search">
        <Icon name="search" />
        <span className="hidden-text">Search titles</span>
        <input
          type="search"
          placeholder="Search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </label>
      <div className="sessions">
        <ul data-testid="list" aria-label="Chats" onKeyDown={moveFocus}>
          {found.map((session) => (
            <SessionRow key={session.id} session={session} isOpen={session.id === openId} onRetry={retry} />
          ))}
        </ul>
        {note !== undefined && <p className="list-note">{note}</p>}
        {hasMore && (
          <button
            type="button"
            className="button more"
            data-testid="more"
            disabled={isLoadingMore}
            onClick={() => void loadMore()}
          >
            {isLoadingMore ? "Loading…" : "Show older chats"}
          </button>
        )}
      </div>
      <ConnectionStatus />
    </nav>
  );
}

type ListState = {
  isEmpty: boolean;
  isLoaded: boolean;
  isSearch: boolean;
  isSearching: boolean;
  hasMore: boolean;
  error: string | undefined;
};

/**
 * A sentence below the list: its error, or why it is empty. It says that the list is empty only when all pages are
 * loaded.
 */
function noteOf({ isEmpty, isLoaded, isSearch, isSearching, hasMore, error }: ListState): string | undefined {
  if (error !== undefined) return error;
  if (!isEmpty) return undefined;
  if (!isLoaded) return "Loading…";
  if (isSearching) return "Searching…";
  if (hasMore) return undefined;
  return isSearch ? "No chat has such a title." : "No chats yet.";
}

import { useSessions } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { useEffect, useState } from "react";
import { Icon } from "../icon.tsx";
import { openSession } from "../open-session.ts";
import { ConnectionStatus } from "./connection-status.tsx";
import { moveFocus } from "./move-focus.ts";
import { SessionRow } from "./session-row.tsx";

/** The list of sessions, the most recently active first, with a search of their titles. */
export function Sidebar({ openId }: { openId: string | undefined }): ReactElement {
  const { sessions, isLoaded, hasMore, isLoadingMore, error, create, retry, remove, loadMore } =
    useSessions();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLocaleLowerCase();
  const found = sessions.filter(({ title }) => title.toLocaleLowerCase().includes(wanted));

  // The search is of all titles, so it loads the rest of the list page by page.
  useEffect(() => {
    if (wanted !== "" && hasMore && !isLoadingMore) void loadMore();
  }, [wanted, hasMore, isLoadingMore, loadMore]);

  return (
    <nav className="sidebar" aria-label="Chats">
      <header className="sidebar-head">
        <h1 className="brand">AI Desk</h1>
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
        <ul className="session-list" data-testid="list" aria-label="Chats" onKeyDown={moveFocus}>
          {found.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              isOpen={session.id === openId}
              onRetry={retry}
              onRemove={remove}
            />
          ))}
        </ul>
        {found.length === 0 && (
          <p className="list-note">
            {noteOf({ isLoaded, isSearch: wanted !== "", isLoadingMore, error: error?.message })}
          </p>
        )}
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

type EmptyList = { isLoaded: boolean; isSearch: boolean; isLoadingMore: boolean; error: string | undefined };

function noteOf({ isLoaded, isSearch, isLoadingMore, error }: EmptyList): string {
  if (error !== undefined) return error;
  if (!isLoaded || isLoadingMore) return "Loading…";
  return isSearch ? "No chat has such a title." : "No chats yet.";
}

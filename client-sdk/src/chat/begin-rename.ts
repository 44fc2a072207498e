import type { SessionState } from "./apply-event.ts";
import type { ListState } from "./apply-list-event.ts";
import { replaceAt } from "./changed-copies.ts";
import type { ListedSession, SessionHead } from "./wire.ts";

type Log<State> = { readonly state: State; apply(change: (state: State) => State): void };

/** The logs that show the title of a session. */
export type RenamedLogs = { list: Log<ListState>; session: Log<SessionState> | undefined };

/** @returns a function that takes the answer to a rename that is called now */
export function beginRename({ list, session }: RenamedLogs, sessionId: string): (head: SessionHead) => void {
  const listed = list.state.sessions.find(({ id }) => id === sessionId);
  const before = session?.state.session;
  return (head) => {
    list.apply((state) => renameListed(state, head, listed));
    session?.apply((state) => applyRename(state, head, before));
  };
}

/** Merges the answer to a rename, unless the log has brought a title since `before`, the head when it was called. */
export function applyRename(
  state: SessionState,
  session: SessionHead,
  before: SessionHead | undefined,
): SessionState {
  return state.session === before ? { ...state, session } : state;
}

/** The same in the list, unless its log has brought something about the session. */
function renameListed(
  state: ListState,
  { title }: SessionHead,
  before: ListedSession | undefined,
): ListState {
  const at = before ? state.sessions.indexOf(before) : -1;
  if (!before || at < 0) return state;
  return { ...state, sessions: replaceAt(state.sessions, at, { ...before, title }) };
}

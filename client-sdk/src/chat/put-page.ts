import type { SessionState } from "./apply-event.ts";
import type { ListState } from "./apply-list-event.ts";
import { sorted } from "./changed-copies.ts";
import type { PageUnderWay } from "./page-under-way.ts";
import type { ListedSession, Message, Page } from "./wire.ts";

/** Adds a page of the messages below `floor`. The log may have brought later forms of them since the request. */
export function putMessages(
  state: SessionState,
  { items, next_cursor: next }: Page<Message>,
  { since }: PageUnderWay<number, Message>,
): SessionState {
  const held = new Set(state.messages.map(({ id }) => id));
  const added = items.flatMap((item) => {
    const told = since.get(item.id);
    if (held.has(item.id) || (since.has(item.id) && !told)) return [];
    return [told && told.seq >= item.seq ? told : item];
  });
  return {
    ...state,
    messages: [...added, ...state.messages],
    hasEarlier: next !== null,
    floor: items[0]?.id ?? state.floor,
  };
}

/** Adds a page of less active sessions. A session that moved since the request is already in the state. */
export function putSessions(
  state: ListState,
  { items, next_cursor: cursor }: Page<ListedSession>,
  { since }: PageUnderWay<string, ListedSession>,
): ListState {
  const held = new Set(state.sessions.map(({ id }) => id));
  const added = items.flatMap((item) =>
    held.has(item.id) ? [] : ((since.has(item.id) ? since.get(item.id) : item) ?? []),
  );
  const sessions = sorted([...state.sessions, ...added], (a, b) => b.activity_seq - a.activity_seq);
  return { ...state, sessions, cursor, floor: items.at(-1)?.activity_seq ?? state.floor };
}

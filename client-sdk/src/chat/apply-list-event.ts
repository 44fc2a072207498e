import type { PageUnderWay } from "./page-under-way.ts";
import { remember } from "./page-under-way.ts";
import { insertAt } from "./changed-copies.ts";
import type { ListedSession, ListEvent } from "./wire.ts";

/** The loaded part of the list of sessions. It has every change up to `seq`. */
export type ListState = {
  /** The `seq` of the last event; -1 before the first event. */
  readonly seq: number;
  readonly epoch: string | undefined;
  /** The most recently active session first. An unchanged session is the same object. */
  readonly sessions: readonly ListedSession[];
  /** Where the next page begins; null when all sessions are loaded. */
  readonly cursor: string | null;
  /** While there is a cursor, sessions with less activity are not loaded. */
  readonly floor: number;
  /** `cursor` and `floor` as they were before the first page. */
  readonly first: { readonly cursor: string | null; readonly floor: number };
  readonly paging: PageUnderWay<string, ListedSession> | undefined;
};

export const emptyList: ListState = {
  seq: -1,
  epoch: undefined,
  sessions: [],
  cursor: null,
  floor: 0,
  first: { cursor: null, floor: 0 },
  paging: undefined,
};

/**
 * Like `applyEvent`, for the list. Sessions outside of the loaded part stay outside until activity moves them to the
 * top.
 */
export function applyListEvent(state: ListState, event: ListEvent): ListState {
  switch (event.type) {
    case "snapshot":
    case "reset":
      if (event.type === "snapshot" && event.epoch === state.epoch && event.seq < state.seq) return state;
      return begin(state, event);
    case "session":
      return event.seq > state.seq ? { ...putSession(state, event.session), seq: event.seq } : state;
    case "session_deleted":
      return event.seq > state.seq ? { ...dropSession(state, event.session_id), seq: event.seq } : state;
    case "caught_up":
    default:
      return event.seq > state.seq ? { ...state, seq: event.seq } : state;
  }
}

function begin(
  state: ListState,
  { seq, epoch, sessions, next_cursor: cursor }: ListEvent & { type: "snapshot" | "reset" },
): ListState {
  const held = new Map(state.sessions.map((session) => [session.id, session]));
  const floor = sessions.at(-1)?.activity_seq ?? 0;
  return {
    ...emptyList,
    seq,
    epoch,
    sessions: sessions.map((session) => same(held.get(session.id), session)),
    cursor,
    floor,
    first: { cursor, floor },
  };
}

function putSession(state: ListState, session: ListedSession): ListState {
  const rest = state.sessions.filter(({ id }) => id !== session.id);
  const isHeld = rest.length < state.sessions.length;
  const next = remember(state, session.id, session);
  if (!isHeld && state.cursor !== null && session.activity_seq < state.floor) return next;
  return { ...next, sessions: insert(rest, session) };
}

function dropSession(state: ListState, sessionId: string): ListState {
  const sessions = state.sessions.filter(({ id }) => id !== sessionId);
  const next = remember(state, sessionId, undefined);
  return sessions.length < state.sessions.length ? { ...next, sessions } : next;
}

function insert(sessions: readonly ListedSession[], session: ListedSession): readonly ListedSession[] {
  const at = sessions.findIndex(({ activity_seq: activity }) => activity < session.activity_seq);
  return insertAt(sessions, at < 0 ? sessions.length : at, session);
}

function same(held: ListedSession | undefined, session: ListedSession): ListedSession {
  return held && JSON.stringify(held) === JSON.stringify(session) ? held : session;
}

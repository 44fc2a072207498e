import type { ListState } from "../apply-list-event.ts";
import type { SessionState } from "../apply-event.ts";

/** The most stored messages of one session: the latest ones. */
const maxMessages = 100;

/** The most characters of their JSON. */
const maxChars = 300_000;

/**
 * The latest messages that may be stored. At the next visit the others are outside of the loaded part.
 *
 * @returns undefined if the last message alone is too large
 */
export function shortenSession(state: SessionState): SessionState | undefined {
  let chars = 0;
  let from = state.messages.length;
  while (from > 0 && state.messages.length - from < maxMessages) {
    chars += JSON.stringify(state.messages[from - 1]).length;
    if (chars > maxChars) break;
    from -= 1;
  }
  const kept = { ...state, paging: undefined };
  if (from === 0) return kept;
  const messages = state.messages.slice(from);
  return messages[0] && { ...kept, messages, hasEarlier: true, floor: messages[0].id };
}

/** Drops the further pages: a list can be continued only at a cursor from the server. */
export function shortenList(state: ListState): ListState {
  const { cursor, floor } = state.first;
  const sessions = state.sessions.filter(
    ({ activity_seq: activity }) => cursor === null || activity >= floor,
  );
  return { ...state, sessions, cursor, floor, paging: undefined };
}

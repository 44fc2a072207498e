import type { ListState } from "../apply-list-event.ts";
import type { SessionState } from "../apply-event.ts";

/** The most messages of one session that are kept, the latest. */
const maxMessages = 100;

/** The most of their JSON, in characters. */
const maxChars = 300_000;

/**
 * The latest messages, as many as may be kept. The others are outside of the loaded part at the next visit.
 *
 * @returns undefined when the last message alone is too large.
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

/** Without the further pages: a list can be gone on with only where the server gave a cursor. */
export function shortenList(state: ListState): ListState {
  const { cursor, floor } = state.first;
  const sessions = state.sessions.filter(
    ({ activity_seq: activity }) => cursor === null || activity >= floor,
  );
  return { ...state, sessions, cursor, floor, paging: undefined };
}

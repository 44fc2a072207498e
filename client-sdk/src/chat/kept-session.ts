import type { SessionState } from "./apply-event.ts";

/** The most messages of one session that are kept, the latest. */
const maxMessages = 100;

/** The most of their JSON, in characters. */
const maxChars = 300_000;

/**
 * The latest messages, as many as may be kept. The others are outside of the loaded part at the next visit.
 *
 * @returns undefined when the last message alone is too large.
 */
export function shorten(state: SessionState): SessionState | undefined {
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

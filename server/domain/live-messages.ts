import type { LiveEvent } from "../contract/live-event.ts";
import type { Message } from "../contract/message.ts";
import type { TrackedEvent } from "../live/change-log.ts";
import { memoize } from "../live/memoize.ts";

export function messagesOf(live: readonly TrackedEvent<LiveEvent>[]): readonly Message[] {
  return live.flatMap(({ event }) => (event.type === "message" ? [event.message] : []));
}

/** Returns the same array for the same events, so that events for all subscribers are encoded once. */
export const messagesOnce = memoize(messagesOf);

/**
 * Whether a message after `lastId` that first appears in these events may have an earlier message that does not appear
 * in them. A change that was followed by another change of the same message has no event of its own, and may have been
 * the addition of a message.
 *
 * @param after the `seq` up to which all messages were sent
 */
export function mayLackEarlier(
  live: readonly TrackedEvent<LiveEvent>[],
  { after, lastId }: { after: number; lastId: number },
): boolean {
  let seq = after;
  let id = lastId;
  let hasGap = false;
  return live.some(({ event }) => {
    hasGap ||= event.seq !== seq + 1;
    seq = event.seq;
    if (event.type !== "message" || event.message.id <= id) return false;
    ({ id } = event.message);
    return hasGap;
  });
}

import type { LiveEvent } from "../contract/live-event.ts";
import type { DocumentedMessage, Message } from "../contract/message.ts";
import type { TrackedEvent } from "../live/change-log.ts";
import { memoize } from "./memoize.ts";
import { toDocumented } from "./read-messages.ts";
import { completionOf } from "./completion-order.ts";

type CompleteMessages = { messages: readonly Message[]; documented: readonly DocumentedMessage[] };

/** The messages that are complete, and their documented form. */
export function completeMessages(live: readonly TrackedEvent<LiveEvent>[]): CompleteMessages {
  const messages = live.flatMap(({ event }) =>
    event.type === "message" && isComplete(event.message) ? [event.message] : [],
  );
  return { messages, documented: messages.map(toDocumented) };
}

/** Whether a message has ended, in whatever way, if it is a reply. */
export function isComplete({ status }: Pick<Message, "status">): boolean {
  return status !== "requested" && status !== "streaming";
}

/** Returns the same arrays for the same events, so that messages for all subscribers are encoded once. */
export const completeMessagesOnce = memoize(completeMessages);

/**
 * Whether a message after the place `last` that first appears in these events may have an earlier message that does not
 * appear in them. A change that was followed by another change of the same message has no event of its own, and may have
 * been the addition of a message.
 *
 * @param after the `seq` up to which all messages were sent
 */
export function mayLackEarlier(
  live: readonly TrackedEvent<LiveEvent>[],
  { after, last }: { after: number; last: number },
): boolean {
  let seq = after;
  let place = last;
  let hasGap = false;
  return live.some(({ event, since = event.seq - 1 }) => {
    hasGap ||= since > seq;
    seq = event.seq;
    if (event.type !== "message" || !isComplete(event.message)) return false;
    const completion = completionOf(event.message);
    if (completion <= place) return false;
    place = completion;
    return hasGap;
  });
}

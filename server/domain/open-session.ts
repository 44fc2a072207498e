import type { LiveEvent } from "../contract/live-event.ts";
import type { Message } from "../contract/message.ts";
import type { Services } from "./services.ts";
import { findMessageId } from "./find-message.ts";
import { assertHasLog, getSessionHead } from "./get-session.ts";
import type { Feed, Sink } from "../live/feed.ts";
import type { TrackedEvent } from "../live/change-log.ts";
import { MessageFollower } from "./message-follower.ts";
import type { ReaderExtent } from "./session-log.ts";
import { followSession } from "./session-log.ts";

/** A connection that is open, and the signal of its end. */
type Opened = { connection: object; signal: AbortSignal };

/**
 * Finds out whether the events of a session can be followed, for a connection that is still to be opened.
 *
 * @returns the function that follows them when it is open
 * @throws {AppError} NOT_FOUND. A client that comes back to a deleted session with a position is let in: an event tells it of
 * the deletion
 */
export async function openEvents(
  services: Services,
  {
    session_id: sessionId,
    after,
    ...extent
  }: { session_id: string; after: string | undefined } & ReaderExtent,
): Promise<(opened: Opened) => Feed<TrackedEvent<LiveEvent>>> {
  if (after === undefined) await getSessionHead(services, sessionId);
  else await assertHasLog(services, sessionId);
  return (opened) => followSession(services, { sessionId, after, ...extent, ...opened });
}

/**
 * The same for its messages.
 *
 * @param after the id of a message, or `key:` and its key; `first` is before the first message
 * @throws {AppError} NOT_FOUND, also if no message has that key
 */
export async function openMessages(
  services: Services,
  { session_id: sessionId, after }: { session_id: string; after: number | string | undefined },
): Promise<(opened: Opened, sink: Sink<Message>) => MessageFollower> {
  const isRef = after !== undefined && after !== first;
  const afterId = isRef ? await findMessageId(services, sessionId, after) : after;
  await getSessionHead(services, sessionId);
  return (opened, sink) => new MessageFollower(services, { sessionId, afterId, ...opened }, sink);
}

const first = "first";

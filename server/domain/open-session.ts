import type { LiveEvent } from "../contract/live-event.ts";
import type { DocumentedMessage } from "../contract/message.ts";
import type { Services } from "./services.ts";
import { findCompletion } from "./find-message.ts";
import { assertHasLog, getSessionHead } from "./get-session.ts";
import type { Feed, Sink } from "../live/feed.ts";
import type { TrackedEvent } from "../live/change-log.ts";
import { MessageFollower } from "./message-follower.ts";
import type { ReaderExtent } from "./session-log.ts";
import { followSession } from "./session-log.ts";

/** An open connection, and the signal that aborts at its end. */
type Opened = { connection: object; signal: AbortSignal };

/**
 * Checks that the events of a session can be followed, for a connection that is not open yet.
 *
 * @returns the function that follows the events once the connection is open
 * @throws {AppError} NOT_FOUND. A client that returns to a deleted session with a position is admitted: an event tells
 *   it of the deletion
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
 * Like {@link openEvents}, for the messages of a session.
 *
 * @param after the id of a message, or `key:` and its key; `first` means before the first message
 * @throws {AppError} NOT_FOUND, also if no message has that key
 */
export async function openMessages(
  services: Services,
  { session_id: sessionId, after }: { session_id: string; after: number | string | undefined },
): Promise<(opened: Opened, sink: Sink<DocumentedMessage>) => MessageFollower> {
  const isRef = after !== undefined && after !== first;
  const place = isRef ? await findCompletion(services, sessionId, after) : after;
  await getSessionHead(services, sessionId);
  return (opened, sink) => new MessageFollower(services, { sessionId, after: place, ...opened }, sink);
}

const first = "first";

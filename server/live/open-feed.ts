import type { FollowRequest } from "./follow-request.ts";
import { followLog } from "./follow-log.ts";
import type { LiveHub } from "./live-hub.ts";
import { Feed } from "./feed.ts";
import type { ChangeLog, LogEvent, TrackedEvent } from "./change-log.ts";

/** A client's request to follow a log. */
export type Wanted = Pick<FollowRequest<never>, "connection" | "signal"> & { after: string | undefined };

/**
 * The stream that {@link followLog} sends.
 *
 * @throws {AppError} NOT_FOUND, TOO_MANY_REQUESTS
 */
export function openFeed<Event extends LogEvent>(
  hub: LiveHub,
  log: ChangeLog<Event>,
  wanted: Wanted,
): Feed<TrackedEvent<Event>> {
  return new Feed(wanted.signal, (sink, signal) => followLog({ hub, log, ...wanted, signal }, sink));
}

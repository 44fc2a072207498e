import type { ChangeLog, LogEvent } from "./change-log.ts";
import type { LiveHub } from "./live-hub.ts";

export type FollowRequest<Event extends LogEvent> = {
  hub: LiveHub;
  log: ChangeLog<Event>;
  /** The position to resume after. */
  after: string | undefined;
  signal: AbortSignal;
  /** The connection of the subscriber, if it has one. */
  connection?: object | undefined;
};

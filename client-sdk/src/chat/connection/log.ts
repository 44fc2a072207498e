import type { ChatFailure } from "../chat-error.ts";
import type { Follower, LineStatus, Positioned } from "../line.ts";
import type { ListEvent, LiveEvent } from "../wire.ts";

/** The name of a log: a session's, with the bounds of its snapshot and catch-up, or the list's. */
export type LogName = { sessionId: string; limit: number; maxMissed: number } | "list";

export type LogEvent = LiveEvent | ListEvent;
export type Events = readonly Positioned<LogEvent>[];
export type LogFollower = Follower<LogEvent>;

/** A {@link Line} with one method for both kinds of logs. The upstream of a tab is the server, or the leading tab. */
export type Upstream = {
  readonly status: LineStatus;
  readonly subscribeStatus: (listener: () => void) => () => void;
  follow(log: LogName, follower: LogFollower): () => void;
  /**
   * Retries at once, because the page was shown or the user asks. With `isNetworkNew`, forgets the known facts about
   * the old network.
   */
  reconnect(isNetworkNew?: boolean): void;
  /** The browser reports that there is no network. */
  lose(): void;
  /** Does everything that is due. A visible tab calls it for a hidden one, whose timers are late. */
  tick(): void;
  close(): void;
};

/** A log as the carrier of a connection sees it. */
export type CarriedLog = {
  readonly name: LogName;
  position(): string | undefined;
  take(events: Events): void;
  /** The server refuses the log, or has ended it. Without a failure, the server gave no reason. */
  end(failure?: ChatFailure): void;
};

export function sameLog(a: LogName, b: LogName): boolean {
  return a === b || (a !== "list" && b !== "list" && a.sessionId === b.sessionId);
}

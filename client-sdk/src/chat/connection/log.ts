import type { ChatFailure } from "../chat-error.ts";
import type { Follower, LineStatus, Positioned } from "../line.ts";
import type { ListEvent, LiveEvent } from "../wire.ts";

/** The name of a log: a session's, with what bounds its snapshots and its catching up, or the list's. */
export type LogName = { sessionId: string; limit: number; maxMissed: number } | "list";

export type LogEvent = LiveEvent | ListEvent;
export type Events = readonly Positioned<LogEvent>[];
export type LogFollower = Follower<LogEvent>;

/** A {@link Line} without its two names for following. A tab has one to the server, or one to the tab that leads. */
export type Upstream = {
  readonly status: LineStatus;
  readonly subscribeStatus: (listener: () => void) => () => void;
  follow(log: LogName, follower: LogFollower): () => void;
  /** The page was shown, or the user asks: tries again now. With `isNetworkNew`, what was learnt of the old one is forgotten. */
  reconnect(isNetworkNew?: boolean): void;
  /** The browser says that there is no network. */
  lose(): void;
  /** Does what is due. A visible tab calls it for a hidden one, whose timers are late. */
  tick(): void;
  close(): void;
};

/** A log as the carrier of a connection sees it. */
export type CarriedLog = {
  readonly name: LogName;
  position(): string | undefined;
  take(events: Events): void;
  /** The server does not let it be followed, or ended it: with no failure, without a reason. */
  end(failure?: ChatFailure): void;
};

export function sameLog(a: LogName, b: LogName): boolean {
  return a === b || (a !== "list" && b !== "list" && a.sessionId === b.sessionId);
}

import type { ChatFailure } from "../chat-error.ts";
import { unreachable } from "../chat-error.ts";
import type { LineStatus } from "../line.ts";
import type { CarriedLog, LogFollower, LogName } from "./log.ts";

/** A log that a connection follows, with its state. */
export type Followed = CarriedLog & {
  readonly follower: LogFollower;
  /**
   * `followed`: the server sends the log, or is about to be asked. `waiting`: the server refused it temporarily.
   * `over`: it is not followed again.
   */
  state: "followed" | "waiting" | "over";
  isLive: boolean;
  /** The number of refusals since it was live. */
  refusals: number;
  retry: ReturnType<typeof setTimeout> | undefined;
  /** Passes the status to the follower, if it has changed. */
  show(status: LineStatus): void;
};

export function createFollowed(
  name: LogName,
  follower: LogFollower,
  events: {
    onChange(): void;
    /** The log was refused or ended in a way that a repeat can change. */
    onWaiting(log: Followed, failure: ChatFailure): void;
  },
): Followed {
  let shown: LineStatus | undefined;
  const log: Followed = {
    name,
    follower,
    state: "followed",
    isLive: false,
    refusals: 0,
    retry: undefined,
    position: () => follower.position(),
    take(items) {
      follower.take(items);
      for (const { event } of items) {
        if (event.type === "caught_up") {
          log.isLive = true;
          log.refusals = 0;
        }
        if (event.type === "session_deleted" && name !== "list") log.state = "over";
      }
      events.onChange();
    },
    end(failure = unreachable("The server ended the subscription. It is asked for again.")) {
      log.isLive = false;
      if (log.state === "over") return events.onChange();
      if (failure.retryable) {
        log.state = "waiting";
        log.refusals += 1;
        events.onWaiting(log, failure);
        return events.onChange();
      }
      log.state = "over";
      events.onChange();
      follower.onRefused(failure);
    },
    show(status) {
      if (status === shown) return;
      shown = status;
      follower.onStatus(status);
    },
  };
  return log;
}

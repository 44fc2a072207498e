import type { ChatFailure } from "../chat-error.ts";
import { unreachable } from "../chat-error.ts";
import type { LineStatus } from "../line.ts";
import type { CarriedLog, LogFollower, LogName } from "./log.ts";

/** A log that a connection follows, with its state. */
export type Followed = CarriedLog & {
  readonly follower: LogFollower;
  /** Whether the server follows it, or is to be asked. `waiting`: it was refused for now. `over`: it stays away. */
  state: "followed" | "waiting" | "over";
  isLive: boolean;
  /** The number of refusals since it was live. */
  refusals: number;
  retry: ReturnType<typeof setTimeout> | undefined;
  /** Tells the follower, if it is another one than before. */
  show(status: LineStatus): void;
};

export function createFollowed(
  name: LogName,
  follower: LogFollower,
  events: {
    onChange(): void;
    /** It is refused or ended in a way that a repeat can change. */
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

import { createListeners } from "../connection/listeners.ts";
import type { LogFollower, LogName, Upstream } from "../connection/log.ts";
import type { LineStatus } from "../line.ts";

type Following = {
  log: LogName;
  follower: LogFollower;
  end: (() => void) | undefined;
  shown: LineStatus | undefined;
};

/**
 * The followed logs of a tab, over an upstream that may be replaced. Each log resumes at the next upstream from its own
 * position.
 */
export type Switch = Upstream & {
  /** @param next undefined while no tab leads */
  turnTo(next: Upstream | undefined): void;
};

export function createSwitch(): Switch {
  const followings = new Set<Following>();
  const listeners = createListeners();
  let upstream: Upstream | undefined;
  let endStatus: (() => void) | undefined;
  let wasUp = false;
  let isClosed = false;
  let told: LineStatus = "connecting";

  /** A line that was up does not become `connecting` while the tabs change their leader. */
  function seen(status: LineStatus = "connecting"): LineStatus {
    if (isClosed) return "closed";
    if (status === "live" || status === "catching-up") wasUp = true;
    return status === "connecting" && wasUp ? "catching-up" : status;
  }

  /** The upstream's status, except that the catch-up of other tabs' logs is ignored. */
  function statusOfAll(): LineStatus {
    const status = seen(upstream?.status);
    if (status !== "live" && status !== "catching-up") return status;
    const isLive = [...followings].every(({ shown }) => shown === "live" || shown === "closed");
    return upstream && isLive ? "live" : "catching-up";
  }

  function tell(): void {
    const status = statusOfAll();
    if (status === told) return;
    told = status;
    listeners.call();
  }

  function begin(following: Following): void {
    const { log, follower } = following;
    following.end = upstream?.follow(log, {
      position: () => follower.position(),
      take: (events) => follower.take(events),
      onStatus: (status) => show(following, status),
      onRefused: (error) => follower.onRefused(error),
    });
    if (!upstream) show(following);
  }

  function show(following: Following, status?: LineStatus): void {
    const now = seen(status);
    if (now === following.shown) return;
    following.shown = now;
    following.follower.onStatus(now);
    tell();
  }

  function turnTo(next: Upstream | undefined): void {
    for (const { end } of followings) end?.();
    endStatus?.();
    upstream = next;
    endStatus = next?.subscribeStatus(tell);
    for (const following of followings) begin(following);
    tell();
  }

  return {
    get status() {
      return statusOfAll();
    },
    subscribeStatus: listeners.add,
    follow(log, follower) {
      const following: Following = { log, follower, end: undefined, shown: undefined };
      followings.add(following);
      begin(following);
      return () => {
        if (!followings.delete(following)) return;
        following.end?.();
        tell();
      };
    },
    reconnect: (isNetworkNew) => upstream?.reconnect(isNetworkNew),
    lose: () => upstream?.lose(),
    tick: () => upstream?.tick(),
    turnTo,
    close() {
      isClosed = true;
      turnTo(undefined);
    },
  };
}

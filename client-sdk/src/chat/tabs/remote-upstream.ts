import { createListeners } from "../connection/listeners.ts";
import type { LogFollower, Upstream } from "../connection/log.ts";
import type { LineStatus } from "../line.ts";
import type { TabChannel, TabMessage } from "./channel.ts";

/** The upstream of a tab that does not lead: the leading tab. */
export type RemoteUpstream = Upstream & { take(message: TabMessage): void };

/**
 * With each leader the followed logs of this tab get new numbers, so that messages of an earlier leader are ignored.
 */
let lastNumber = 0;

/** @param tab this tab's name */
export function createRemoteUpstream(channel: TabChannel): RemoteUpstream {
  const followers = new Map<number, LogFollower>();
  const listeners = createListeners();
  let status: LineStatus = "connecting";
  return {
    get status() {
      return status;
    },
    subscribeStatus: listeners.add,
    follow(log, follower) {
      const number = (lastNumber += 1);
      followers.set(number, follower);
      channel.post({ type: "follow", number, log, position: follower.position() });
      return () => {
        if (followers.delete(number)) channel.post({ type: "unfollow", number });
      };
    },
    reconnect: (isNetworkNew = false) => channel.post({ type: "reconnect", isNetworkNew }),
    lose: () => undefined,
    tick: () => undefined,
    close: () => followers.clear(),
    take(message) {
      if (message.type === "lead") {
        if (message.status === status) return;
        status = message.status;
        listeners.call();
      }
      if (message.type === "events") {
        for (const [tab, number] of message.to)
          if (tab === channel.name) followers.get(number)?.take(message.events);
      }
      if (message.type !== "status" && message.type !== "refused") return;
      const [tab, number] = message.to;
      const follower = tab === channel.name ? followers.get(number) : undefined;
      if (message.type === "status") follower?.onStatus(message.status);
      else follower?.onRefused(message.error);
    },
  };
}

import type { ChatError } from "../chat-error.ts";
import type { Upstream } from "../connection/log.ts";
import type { Locks } from "../connection/platform.ts";
import type { TabChannel, TabMessage } from "./channel.ts";
import { shareUpstream } from "./shared-upstream.ts";

/** The leading tab's service to the other tabs. */
export type Relay = {
  /** The upstream for the leading tab's own logs. Each log is followed once for all tabs. */
  readonly upstream: Upstream;
  take(message: TabMessage): void;
  end(): void;
};

export type RelayOptions = {
  /** The time at which the tab became the leader. */
  sinceMs: number;
  locks: Locks;
  /** The name of the lock that a tab holds as long as it lives. */
  tabLockOf: (tab: string) => string;
  beatMs: number;
};

/** Follows logs for the other tabs, and announces this tab to them. */
export function createRelay(
  connection: Upstream,
  channel: TabChannel,
  { sinceMs, locks, tabLockOf, beatMs }: RelayOptions,
): Relay {
  const upstream = shareUpstream(connection);
  /** The followed logs of each tab. */
  const tabs = new Map<string, Map<number, () => void>>();
  const ended = new AbortController();
  const tell = (): void => channel.post({ type: "lead", sinceMs, status: upstream.status });
  const beat = setInterval(tell, beatMs);
  const endStatus = upstream.subscribeStatus(tell);
  tell();

  /** When a tab is gone, its lock is free, and its followed logs end. */
  function meet(tab: string): Map<number, () => void> {
    const followings = new Map<number, () => void>();
    tabs.set(tab, followings);
    const part = (): undefined => {
      tabs.delete(tab);
      for (const end of followings.values()) end();
    };
    locks.request(tabLockOf(tab), { signal: ended.signal }, part).catch(() => undefined);
    return followings;
  }

  function follow({ from, number, log, position }: Extract<TabMessage, { type: "follow" }>): void {
    const to = [from, number] as const;
    const followings = tabs.get(from) ?? meet(from);
    const end = upstream.follow(log, {
      position: () => position,
      take: (events) => channel.post({ type: "events", to: [to], events }),
      onStatus: (status) => channel.post({ type: "status", to, status }),
      // Copying an error's properties omits its message.
      onRefused: (error) =>
        channel.post({ type: "refused", to, error: { ...error, message: error.message } as ChatError }),
    });
    followings.set(number, end);
  }

  return {
    upstream,
    take(message) {
      if (message.type === "follow") follow(message);
      if (message.type === "unfollow") {
        const followings = tabs.get(message.from);
        followings?.get(message.number)?.();
        followings?.delete(message.number);
      }
      if (message.type === "reconnect") upstream.reconnect(message.isNetworkNew);
      if (message.type === "ask") {
        tell();
        upstream.tick();
      }
    },
    end() {
      clearInterval(beat);
      endStatus();
      ended.abort();
      // The other tabs must not be told that this connection closes, since the next leader serves them.
      for (const followings of tabs.values()) for (const end of followings.values()) end();
    },
  };
}

import { createListeners } from "../connection/listeners.ts";
import type { LogFollower, LogName, Upstream } from "../connection/log.ts";
import { isVisible } from "../connection/page-signals.ts";
import type { Locks } from "../connection/platform.ts";
import type { Timing } from "../connection/timing.ts";
import type { LineStatus } from "../line.ts";
import type { TabMessage } from "./channel.ts";
import { openTabChannel } from "./channel.ts";
import type { Leadership } from "./leadership.ts";
import { contend } from "./leadership.ts";
import { randomName } from "./random-name.ts";
import type { Relay } from "./relay.ts";
import { createRelay } from "./relay.ts";
import type { RemoteUpstream } from "./remote-upstream.ts";
import { createRemoteUpstream } from "./remote-upstream.ts";
import { shareUpstream } from "./shared-upstream.ts";

/** An upstream that is one for all tabs. */
export type TabbedUpstream = Upstream & {
  readonly isLeader: boolean;
  subscribeLeader(listener: () => void): () => void;
  /** The browser stops the tab's scripts: another tab is to lead. */
  leave(): void;
  /** Its scripts run again. */
  enter(): void;
};

type Following = { log: LogName; follower: LogFollower; end: (() => void) | undefined };

/**
 * One tab leads: it has the connection, and relays for the others. When another tab comes to lead, each tab asks it for its
 * logs from its own positions on.
 *
 * @param name of the lock and the channel
 * @param connect makes the connection of a tab that leads
 */
export function createTabs(
  name: string,
  connect: () => Upstream,
  { locks, timing }: { locks: Locks; timing: Timing },
): TabbedUpstream {
  const tab = randomName();
  const tabLockOf = (of: string): string => `${name} ${of}`;
  const followings = new Set<Following>();
  const statusListeners = createListeners();
  const leaderListeners = createListeners();
  let upstream: Upstream | undefined;
  let endStatus: (() => void) | undefined;
  let relay: Relay | undefined;
  let remote: RemoteUpstream | undefined;
  let leader: string | undefined;
  let leadership: Leadership | undefined;
  let heardAtMs = 0;
  let hasAsked = false;
  let watch: ReturnType<typeof setInterval> | undefined;
  let parting: (() => void) | undefined;
  let wasUp = false;
  let isClosed = false;
  const channel = openTabChannel(name, tab, take);

  /** A line that was up is not `connecting` while the tabs change their leader. */
  function seen(status: LineStatus): LineStatus {
    if (status === "live" || status === "catching-up") wasUp = true;
    return status === "connecting" && wasUp ? "catching-up" : status;
  }

  function bind(next: Upstream | undefined): void {
    for (const following of followings) following.end?.();
    endStatus?.();
    upstream?.close();
    upstream = next;
    endStatus = next?.subscribeStatus(statusListeners.call);
    for (const following of followings) begin(following);
    statusListeners.call();
  }

  function begin(following: Following): void {
    const { log, follower } = following;
    following.end = upstream?.follow(log, {
      position: () => follower.position(),
      take: (events) => follower.take(events),
      onStatus: (status) => follower.onStatus(seen(status)),
      onRefused: (error) => follower.onRefused(error),
    });
  }

  function take(message: TabMessage): void {
    if (relay) return relay.take(message);
    if (message.type === "lead") {
      if (message.from !== leader) {
        leader = message.from;
        bind((remote = createRemoteUpstream(channel)));
      }
    }
    if (message.from !== leader) return;
    heardAtMs = Date.now();
    hasAsked = false;
    remote?.take(message);
  }

  function lead(): void {
    leader = remote = undefined;
    const shared = shareUpstream(connect());
    bind(shared);
    relay = createRelay(shared, channel, { locks, tabLockOf, beatMs: timing.beatMs });
    leaderListeners.call();
  }

  function stopLeading(): void {
    if (!relay) return;
    relay.end();
    relay = undefined;
    bind(undefined);
    leaderListeners.call();
  }

  /** A tab that was frozen itself has not heard anything either: it asks before it takes the lock over. */
  function listen(): void {
    if (relay) return;
    const silenceMs = Date.now() - heardAtMs;
    if (silenceMs >= timing.leaderSilenceMs && hasAsked) {
      heardAtMs = Date.now();
      return leadership?.steal();
    }
    if (isVisible() || silenceMs > timing.beatMs) {
      hasAsked = true;
      channel.post({ type: "ask", status: upstream?.status ?? "connecting" });
    }
  }

  function enter(): void {
    if (leadership || isClosed) return;
    heardAtMs = Date.now();
    locks
      .request(tabLockOf(tab), {}, () => new Promise((resolve) => (parting = resolve)))
      .catch(() => undefined);
    channel.post({ type: "ask", status: "connecting" });
    leadership = contend(locks, name, { onLead: lead, onLost: stopLeading });
    watch = setInterval(listen, timing.beatMs);
  }

  function leave(): void {
    clearInterval(watch);
    stopLeading();
    bind((leader = remote = undefined));
    leadership?.leave();
    leadership = undefined;
    parting?.();
  }

  enter();
  return {
    get status() {
      return isClosed ? "closed" : seen(upstream?.status ?? "connecting");
    },
    subscribeStatus: statusListeners.add,
    get isLeader() {
      return relay !== undefined;
    },
    subscribeLeader: leaderListeners.add,
    follow(log, follower) {
      const following: Following = { log, follower, end: undefined };
      followings.add(following);
      begin(following);
      if (!upstream) follower.onStatus(seen("connecting"));
      return () => {
        followings.delete(following);
        following.end?.();
      };
    },
    reconnect: (isNetworkNew) => upstream?.reconnect(isNetworkNew),
    lose: () => upstream?.lose(),
    tick: () => upstream?.tick(),
    leave,
    enter,
    close() {
      isClosed = true;
      leave();
      channel.close();
      for (const { follower } of followings) follower.onStatus("closed");
    },
  };
}

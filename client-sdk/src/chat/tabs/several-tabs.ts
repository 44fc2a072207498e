import type { Upstream } from "../connection/log.ts";
import { isVisible } from "../connection/page-signals.ts";
import type { Channel, Locks } from "../connection/platform.ts";
import type { Timing } from "../connection/timing.ts";
import { createRandomId } from "../random-id.ts";
import type { TabMessage } from "./channel.ts";
import { createTabChannel } from "./channel.ts";
import type { HeldLock, Leadership } from "./leadership.ts";
import { contend } from "./leadership.ts";
import type { Relay } from "./relay.ts";
import { createRelay } from "./relay.ts";
import type { RemoteUpstream } from "./remote-upstream.ts";
import { createRemoteUpstream } from "./remote-upstream.ts";
import type { Switch } from "./switch.ts";

/** A tab among several. */
export type SeveralTabs = {
  readonly isLeader: boolean;
  take(message: TabMessage): void;
  leave(): void;
  enter(): void;
  /** Posts waiting messages now. */
  flush(): void;
};

export type JoinOptions = {
  connect: () => Upstream;
  locks: Locks;
  timing: Timing;
  /** The followed logs of the tab. */
  followings: Switch;
  channel: Channel<TabMessage> | undefined;
  /** This tab has become the leader, or is no longer the leader. */
  onLeader: () => void;
  /** Set for a tab that already leads. */
  leads: { connection: Upstream; held: HeldLock } | undefined;
};

/**
 * A tab's part among several. The leading tab relays for the others. When another tab becomes the leader, each tab asks
 * it for its logs, from its own positions.
 */
export function joinTabs(
  name: string,
  { connect, locks, timing, followings, channel, onLeader, leads }: JoinOptions,
): SeveralTabs {
  const tab = createRandomId();
  const tabLockOf = (of: string): string => `${name} ${of}`;
  const posts = createTabChannel(channel, tab);
  const tickMs = timing.beatMs / 5;
  let leadership: Leadership | undefined;
  /** Set while this tab leads. */
  let connection: Upstream | undefined;
  let relay: Relay | undefined;
  /** The leading tab, while this tab does not lead. */
  let leader: string | undefined;
  /** The time since which the current leader leads. */
  let leadsSinceMs = 0;
  let remote: RemoteUpstream | undefined;
  let heardAtMs = 0;
  let askedAtMs = 0;
  let hasAnswer = true;
  let tickedAtMs = 0;
  /** Whether this tab has asked again because its timers were late. */
  let hasAskedAgain = false;
  let watch: ReturnType<typeof setInterval> | undefined;
  /** Releases the lock that shows that this tab is alive. */
  let part: (() => void) | undefined;

  function take(message: TabMessage): void {
    if (relay) return relay.take(message);
    // A tab that leads again, after another leader that was never heard, no longer has the earlier followed logs.
    const isNew = message.type === "lead" && (message.from !== leader || message.sinceMs !== leadsSinceMs);
    if (isNew && part) {
      // A leader that was frozen, and does not know yet that it was replaced, may answer an old question.
      const isLost = Date.now() - heardAtMs >= timing.leaderSilenceMs;
      if (leader !== undefined && message.sinceMs < leadsSinceMs && !isLost) return;
      leader = message.from;
      leadsSinceMs = message.sinceMs;
      remote = createRemoteUpstream(posts);
      followings.turnTo(remote);
    }
    if (message.from !== leader) return;
    heardAtMs = Date.now();
    hasAnswer = true;
    hasAskedAgain = false;
    remote?.take(message);
  }

  function lead(sinceMs: number, opened: Upstream): void {
    forgetLeader();
    leadsSinceMs = sinceMs;
    connection = opened;
    relay = createRelay(connection, posts, { sinceMs, locks, tabLockOf, beatMs: timing.beatMs });
    followings.turnTo(relay.upstream);
  }

  function stopLeading(): void {
    relay?.end();
    followings.turnTo(undefined);
    connection?.close();
    relay = connection = undefined;
    onLeader();
  }

  function forgetLeader(): void {
    leader = remote = undefined;
  }

  function ask(): void {
    askedAtMs = Date.now();
    hasAnswer = false;
    posts.post({ type: "ask" });
  }

  function listen(): void {
    const now = Date.now();
    const isLate = now - tickedAtMs > 3 * tickMs;
    tickedAtMs = now;
    if (connection) return;
    if (isLate && !hasAskedAgain) {
      // If this tab itself was frozen, it has heard nothing either.
      hasAskedAgain = true;
      ask();
    } else if (!hasAnswer && now - heardAtMs >= timing.leaderSilenceMs - tickMs) {
      heardAtMs = now;
      leadership?.steal();
    } else if (now - askedAtMs >= timing.beatMs && (isVisible() || now - heardAtMs >= timing.beatMs)) ask();
  }

  function enter(held?: HeldLock): void {
    if (leadership) return;
    heardAtMs = tickedAtMs = Date.now();
    const events = {
      onLead() {
        lead(Date.now(), connect());
        onLeader();
      },
      onLost() {
        stopLeading();
        // The silence of the next leader is measured from now.
        heardAtMs = Date.now();
        ask();
      },
    };
    const current = (leadership = contend(locks, name, events, held));
    const live = (): Promise<void> | undefined => {
      if (current !== leadership) return undefined;
      ask();
      return new Promise((resolve) => (part = resolve));
    };
    locks.request(tabLockOf(tab), {}, live).catch(() => undefined);
    watch = setInterval(listen, tickMs);
  }

  function leave(): void {
    clearInterval(watch);
    stopLeading();
    forgetLeader();
    leadership?.leave();
    part?.();
    leadership = part = undefined;
  }

  enter(leads?.held);
  if (leads) lead(leads.held.sinceMs, leads.connection);
  return {
    get isLeader() {
      return connection !== undefined;
    },
    take,
    leave,
    enter: () => enter(),
    flush: () => posts.flush(),
  };
}

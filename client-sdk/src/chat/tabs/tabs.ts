import { createListeners } from "../connection/listeners.ts";
import type { Upstream } from "../connection/log.ts";
import { isVisible } from "../connection/page-signals.ts";
import type { Locks } from "../connection/platform.ts";
import type { Timing } from "../connection/timing.ts";
import { createRandomId } from "../random-id.ts";
import type { TabMessage } from "./channel.ts";
import { openTabChannel } from "./channel.ts";
import type { Leadership } from "./leadership.ts";
import { contend } from "./leadership.ts";
import type * as SeveralTabs from "./several-tabs.ts";
import type { Relay } from "./relay.ts";
import type { RemoteUpstream } from "./remote-upstream.ts";
import { createSwitch } from "./switch.ts";

/** An upstream that is one for all tabs. */
export type TabbedUpstream = Upstream & {
  readonly isLeader: boolean;
  readonly subscribeLeader: (listener: () => void) => () => void;
  /** The browser stops the tab's scripts: another tab is to lead. */
  leave(): void;
  /** Its scripts run again. */
  enter(): void;
};

/** A tab that is alone needs none of this code, so that it is loaded later. */
let severalTabs: typeof SeveralTabs | undefined;

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
  const tab = createRandomId();
  const tabLockOf = (of: string): string => `${name} ${of}`;
  const followings = createSwitch();
  const listeners = createListeners();
  const channel = openTabChannel(name, tab, take);
  const tickMs = timing.beatMs / 5;
  let leadership: Leadership | undefined;
  /** Of the tab that leads. */
  let connection: Upstream | undefined;
  let relay: Relay | undefined;
  /** Of a tab that does not. */
  let leader: string | undefined;
  /** Since when this tab or the other one leads. */
  let leadsSinceMs = 0;
  let remote: RemoteUpstream | undefined;
  let heardAtMs = 0;
  let askedAtMs = 0;
  let hasAnswer = true;
  let tickedAtMs = 0;
  /** It asked since its timers were late. */
  let hasAskedAgain = false;
  let watch: ReturnType<typeof setInterval> | undefined;
  /** Gives up the lock that shows that this tab lives. */
  let part: (() => void) | undefined;
  let isClosed = false;

  function take(message: TabMessage): void {
    if (relay) return relay.take(message);
    if (connection) return void loadSeveralTabs(serve);
    // A tab that leads again, after one that was never heard, knows nothing of what it followed before.
    const isNew = message.type === "lead" && (message.from !== leader || message.sinceMs !== leadsSinceMs);
    if (isNew && part) {
      // A leader that was frozen, and does not know yet that it was replaced, answers what it was asked long ago.
      const isLost = Date.now() - heardAtMs >= timing.leaderSilenceMs;
      if (leader !== undefined && message.sinceMs < leadsSinceMs && !isLost) return;
      if (!severalTabs) return void loadSeveralTabs(ask);
      leader = message.from;
      leadsSinceMs = message.sinceMs;
      remote = severalTabs.createRemoteUpstream(channel);
      followings.turnTo(remote);
    }
    if (message.from !== leader) return;
    heardAtMs = Date.now();
    hasAnswer = true;
    hasAskedAgain = false;
    remote?.take(message);
  }

  function lead(): void {
    forgetLeader();
    leadsSinceMs = Date.now();
    connection = connect();
    if (severalTabs) serve();
    else followings.turnTo(connection);
    listeners.call();
  }

  /** Another tab is there. Where the code cannot be loaded, that tab hears nothing and takes the lock over. */
  function serve(): void {
    if (!severalTabs || !connection || relay) return;
    const { beatMs } = timing;
    relay = severalTabs.createRelay(connection, channel, { sinceMs: leadsSinceMs, locks, tabLockOf, beatMs });
    followings.turnTo(relay.upstream);
  }

  function stopLeading(): void {
    relay?.end();
    followings.turnTo(undefined);
    connection?.close();
    relay = connection = undefined;
    listeners.call();
  }

  function forgetLeader(): void {
    leader = remote = undefined;
  }

  function ask(): void {
    askedAtMs = Date.now();
    hasAnswer = false;
    channel.post({ type: "ask" });
  }

  function listen(): void {
    const now = Date.now();
    const isLate = now - tickedAtMs > 3 * tickMs;
    tickedAtMs = now;
    if (connection) return;
    if (isLate && !hasAskedAgain) {
      // A tab that was frozen itself has heard nothing either.
      hasAskedAgain = true;
      ask();
    } else if (!hasAnswer && now - heardAtMs >= timing.leaderSilenceMs - tickMs) {
      heardAtMs = now;
      leadership?.steal();
    } else if (now - askedAtMs >= timing.beatMs && (isVisible() || now - heardAtMs >= timing.beatMs)) ask();
  }

  function enter(): void {
    if (leadership || isClosed) return;
    heardAtMs = tickedAtMs = Date.now();
    leadership = contend(locks, name, {
      onLead: lead,
      onLost() {
        stopLeading();
        // The silence of the next leader begins now.
        heardAtMs = Date.now();
        ask();
      },
    });
    const current = leadership;
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

  enter();
  return {
    ...followings,
    get status() {
      return followings.status;
    },
    get isLeader() {
      return connection !== undefined;
    },
    subscribeLeader: listeners.add,
    leave,
    enter,
    close() {
      isClosed = true;
      leave();
      followings.close();
      channel.close();
    },
  };
}

/** @param then is not called if the code cannot be loaded */
async function loadSeveralTabs(then: () => void): Promise<void> {
  severalTabs ??= await import("./several-tabs.ts").catch(() => undefined);
  if (severalTabs) then();
}

import { createListeners } from "../connection/listeners.ts";
import type { Upstream } from "../connection/log.ts";
import type { Locks } from "../connection/platform.ts";
import { openChannel } from "../connection/platform.ts";
import type { Timing } from "../connection/timing.ts";
import type { TabMessage } from "./channel.ts";
import type { HeldLock } from "./leadership.ts";
import type { SeveralTabs } from "./several-tabs.ts";
import { createSwitch } from "./switch.ts";

/** One upstream for all tabs. */
export type TabbedUpstream = Upstream & {
  readonly isLeader: boolean;
  readonly subscribeLeader: (listener: () => void) => () => void;
  /** The browser is about to stop the tab's scripts: another tab should lead. */
  leave(): void;
  /** The tab's scripts run again. */
  enter(): void;
};

/**
 * One tab leads: it has the connection, and relays for the others. A tab that gets the lock at once leads, and knows of
 * no other tab. The rest of the code is loaded when there is another tab.
 *
 * @param name of the lock and the channel
 * @param connect makes the connection of a leading tab
 */
export function createTabs(
  name: string,
  connect: () => Upstream,
  { locks, timing }: { locks: Locks; timing: Timing },
): TabbedUpstream {
  const followings = createSwitch();
  const leaders = createListeners();
  const channel = openChannel<TabMessage>(name, (message) => {
    if (several) several.take(message);
    else void join();
  });
  let several: SeveralTabs | undefined;
  /** Set while this tab leads. */
  let connection: Upstream | undefined;
  let held: HeldLock | undefined;
  let isIn = false;
  let isJoining = false;

  function lead(): void {
    connection = connect();
    followings.turnTo(connection);
    leaders.call();
  }

  function stopLeading(): void {
    followings.turnTo(undefined);
    connection?.close();
    connection = held = undefined;
    leaders.call();
  }

  function onLost(): void {
    stopLeading();
    void join();
  }

  /** Another tab may hold the lock, or a frozen tab, or this page before a reload. */
  async function join(): Promise<void> {
    if (several || isJoining || !isIn) return;
    isJoining = true;
    const part = await import("./several-tabs.ts").catch(() => undefined);
    isJoining = false;
    if (!isIn) return;
    if (!part) {
      // As without Web Locks: this tab connects by itself. It joins when it hears of another tab.
      if (!connection) lead();
      return;
    }
    // A tab without the lock led only because this code could not be loaded.
    if (!held && connection) stopLeading();
    const leads = connection && held && { connection, held };
    connection = held = undefined;
    const onLeader = leaders.call;
    several = part.joinTabs(name, { connect, locks, timing, followings, channel, onLeader, leads });
  }

  function enter(): void {
    if (several) return several.enter();
    if (isIn) return;
    isIn = true;
    let own: HeldLock | undefined;
    const hold = (lock: unknown): Promise<void> | undefined => {
      if (!lock || !isIn || several) return void join();
      return new Promise((release) => {
        held = own = { sinceMs: Date.now(), release, onLost };
        if (!connection) lead();
      });
    };
    locks.request(name, { ifAvailable: true }, hold).catch(() => (own ?? { onLost }).onLost());
  }

  function leave(): void {
    if (several) return several.leave();
    isIn = false;
    held?.release();
    stopLeading();
  }

  enter();
  return {
    ...followings,
    get status() {
      return followings.status;
    },
    get isLeader() {
      return several?.isLeader ?? connection !== undefined;
    },
    subscribeLeader: leaders.add,
    leave,
    enter,
    close() {
      leave();
      followings.close();
      several?.flush();
      channel?.close();
    },
  };
}

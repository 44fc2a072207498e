import { createListeners } from "../connection/listeners.ts";
import type { Upstream } from "../connection/log.ts";
import type { Locks } from "../connection/platform.ts";
import { openChannel } from "../connection/platform.ts";
import type { Timing } from "../connection/timing.ts";
import type { TabMessage } from "./channel.ts";
import type { HeldLock } from "./leadership.ts";
import type { SeveralTabs } from "./several-tabs.ts";
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

/**
 * One tab leads: it has the connection, and relays for the others. A tab that gets the lock at once leads, and is alone as far as
 * it knows: the rest of the code is loaded when another tab is there.
 *
 * @param name of the lock and the channel
 * @param connect makes the connection of a tab that leads
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
  /** Of a tab that leads. */
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

  /** The lock may be held by another tab, by one that is frozen, or by the page that was here before a reload. */
  async function join(): Promise<void> {
    if (several || isJoining || !isIn) return;
    isJoining = true;
    const part = await import("./several-tabs.ts").catch(() => undefined);
    isJoining = false;
    if (!isIn) return;
    if (!part) {
      // As where there are no Web Locks: it connects by itself. It joins when it hears of another tab.
      if (!connection) lead();
      return;
    }
    // Without the lock it led only because this code could not be loaded.
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

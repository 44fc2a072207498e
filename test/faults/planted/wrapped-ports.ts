import { env } from "node:process";
import { createSqliteStore as createStore } from "../../../db/sqlite/sqlite-store.ts";
import type { LogEvent } from "../../../server/live/change-log.ts";
import { followLog as follow } from "../../../server/live/follow-log.ts";
import { LiveHub as ProductHub } from "../../../server/live/live-hub.ts";
import type { Listener, ReadUpTo } from "../../../server/live/subscriber.ts";
import { Subscriber as ProductSubscriber } from "../../../server/live/subscriber.ts";
import { plantedBugs } from "../planted-bugs.ts";
import { noBug } from "./no-bug.ts";
import type { Wraps } from "./planted-bug.ts";

/** The wraps of the bug that this process has. */
const wraps = findWraps(env["SERVER_BUG"]);

function findWraps(name: string | undefined): Wraps {
  const planted = [noBug, ...plantedBugs].find(({ bug }) => bug === name);
  if (!planted || !("wraps" in planted)) throw new Error(`No port is wrapped for the bug ${name}.`);
  return planted.wraps;
}

export const createSqliteStore: typeof createStore = (database) => {
  const store = createStore(database);
  return wraps.store?.(store) ?? store;
};

export const LiveHub: typeof ProductHub = new Proxy(ProductHub, {
  construct(Hub) {
    const hub = new Hub();
    return wraps.hub?.(hub) ?? hub;
  },
});

export const followLog: typeof follow = (request, sink) =>
  follow(wraps.request?.(request) ?? request, wraps.sink?.(sink) ?? sink);

export class Subscriber<Event extends LogEvent> extends ProductSubscriber<Event> {
  override goLive(from: ReadUpTo, listener: Listener<Event>): Promise<void> {
    return super.goLive(from, wraps.listener?.(listener) ?? listener);
  }
}

import { unreachable } from "./chat-error.ts";
import type { FetchLike } from "../fetch-like.ts";
import { asFetch } from "../fetch-like.ts";
import { addressesOf } from "./connection/addresses.ts";
import type { CarrierOptions, WebSocketClass } from "./connection/carrier.ts";
import { createConnection } from "./connection/connection.ts";
import type { Upstream } from "./connection/log.ts";
import { watchPage } from "./connection/page-signals.ts";
import { createPatience } from "./connection/patience.ts";
import type { Locks } from "./connection/platform.ts";
import { platform } from "./connection/platform.ts";
import type { Timing } from "./connection/timing.ts";
import { defaultTiming } from "./connection/timing.ts";
import type { Line, Sender } from "./line.ts";
import { openAnnouncements } from "./tabs/announcements.ts";
import { createTabs } from "./tabs/tabs.ts";

export type LineOptions = {
  /**
   * The server's address, such as `http://localhost:8000`. A path is kept. It is absolute; on a web page it may be
   * relative.
   */
  url: string | URL;
  /** Returns the bearer token. It is called for each connection and each request. */
  token?: () => string | Promise<string>;
  /** Replaces the platform's `fetch`. */
  fetch?: FetchLike;
  /** Replaces the platform's `WebSocket`, which Node has from version 22 on. */
  WebSocket?: WebSocketClass;
  /** The signed-in user. Tabs of different users share nothing. */
  user?: string;
};

/** The parts that tests replace: intervals and randomness. */
export type LineInternals = { timing?: Partial<Timing>; random?: () => number };

/** Opens a line: one connection for all logs and, in a browser, for all tabs. It connects when a log is followed. */
export function createLine(
  options: LineOptions,
  internals: LineInternals = {},
): { line: Line; sender: Sender } {
  const { url, user = "" } = options;
  const timing = { ...defaultTiming, ...internals.timing };
  const addresses = addressesOf(url);
  const name = `ai-desk ${addresses.base} ${user}`;
  const carrierOptions: CarrierOptions & { random: () => number } = {
    addresses,
    fetch: options.fetch && asFetch(options.fetch),
    WebSocket: options.WebSocket,
    token: options.token && tokenOf(options.token),
    timing,
    patience: createPatience(timing),
    random: internals.random ?? Math.random,
  };
  const connect = (): Upstream => createConnection(carrierOptions);
  const locks = findLocks();
  const tabs = locks && createTabs(name, connect, { locks, timing });
  const upstream = tabs ?? connect();
  const announcements = openAnnouncements(`${name} stored`);
  const endWatch = watchPage({
    onShown: () => upstream.reconnect(),
    onOnline: () => upstream.reconnect(true),
    onOffline: () => upstream.lose(),
    onFreeze: () => tabs?.leave(),
    onResume: () => tabs?.enter(),
  });

  return {
    line: {
      get status() {
        return upstream.status;
      },
      subscribeStatus: upstream.subscribeStatus,
      // Each kind of log has its own type of events.
      followSession: (session, follower) => upstream.follow(session, follower),
      followList: (follower) => upstream.follow("list", follower),
      reconnect: () => upstream.reconnect(),
      async close() {
        endWatch();
        upstream.close();
        announcements.close();
      },
    },
    sender: {
      get isSender() {
        return tabs?.isLeader ?? true;
      },
      subscribe: (listener) => tabs?.subscribeLeader(listener) ?? (() => undefined),
      announce: announcements.announce,
      onAnnounced: announcements.onAnnounced,
    },
  };
}

/** A `token` that fails is called again later. */
function tokenOf(ask: () => string | Promise<string>): () => Promise<string> {
  return async () => {
    try {
      return await ask();
    } catch (cause) {
      throw unreachable(`There is no token: ${(cause as Error).message}. It is asked for again.`, cause);
    }
  };
}

/** The Web Locks of a page that has channels too. Node has both, but no tabs. */
function findLocks(): Locks | undefined {
  return platform.document && platform.BroadcastChannel && platform.navigator?.locks;
}

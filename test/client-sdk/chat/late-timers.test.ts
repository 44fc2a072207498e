import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { addressesOf } from "../../../client-sdk/src/chat/connection/addresses.ts";
import { createConnection } from "../../../client-sdk/src/chat/connection/connection.ts";
import { createPatience } from "../../../client-sdk/src/chat/connection/patience.ts";
import { defaultTiming } from "../../../client-sdk/src/chat/connection/timing.ts";
import type { Upstream } from "../../../client-sdk/src/chat/connection/log.ts";
import type { LineStatus } from "../../../client-sdk/src/chat/line.ts";
import { createTabs } from "../../../client-sdk/src/chat/tabs/tabs.ts";
import { startFaultyProxy } from "../../support/faulty-proxy.ts";
import { makeSession } from "../../support/make-session.ts";
import { Collector } from "../../support/readers.ts";
import { startServer } from "../../support/start-server.ts";

test("a hidden tab whose timers do not run notices a dead line when a visible tab asks, and comes back", async () => {
  const { url } = await startServer();
  const proxy = await startFaultyProxy(url);
  const { sessionId } = await makeSession(url);
  // As a browser does with a page that is hidden for long.
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const timing = { ...defaultTiming, pingIntervalMs: 20, pongTimeoutMs: 20, maxRetryMs: 20 };
  const connection = createConnection({
    addresses: addressesOf(proxy.url),
    fetch: undefined,
    WebSocket: undefined,
    token: undefined,
    timing,
    patience: createPatience(timing),
    random: () => 1,
  });
  onTestFinished(() => connection.close());
  const statuses = new Collector<LineStatus>();
  connection.follow(
    { sessionId, limit: 50, maxMissed: 500 },
    {
      position: () => undefined,
      take: () => undefined,
      onStatus: statuses.add,
      onRefused: () => undefined,
    },
  );
  await statuses.until((items) => items.at(-1) === "live");
  proxy.silence();
  const askUntil = async (status: LineStatus): Promise<void> => {
    while (statuses.items.at(-1) !== status) {
      connection.tick();
      await turn();
    }
  };
  await askUntil("offline");
  await askUntil("live");
  expect(statuses.items.slice(-4)).toEqual(["live", "offline", "catching-up", "live"]);
});

test("a tab that wakes without its lock waits as long for the new leading tab as any other [TAB-2]", async () => {
  const { beatMs, leaderSilenceMs } = defaultTiming;
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const upstream: Upstream = {
    status: "live",
    subscribeStatus: () => () => undefined,
    follow: () => () => undefined,
    reconnect: () => undefined,
    lose: () => undefined,
    tick: () => undefined,
    close: () => undefined,
  };
  const { locks } = navigator;
  const tabs = createTabs("waking", () => upstream, { locks, timing: defaultTiming });
  onTestFinished(() => tabs.close());
  await expect.poll(() => tabs.isLeader).toBe(true);
  // It is frozen, and another tab takes the lock over and says nothing yet.
  vi.setSystemTime(Date.now() + 60_000);
  const other = { holds: true };
  void locks
    .request("waking", { steal: true }, () => new Promise(() => undefined))
    .catch(() => (other.holds = false));
  await expect.poll(() => tabs.isLeader).toBe(false);
  for (let waited = 0; waited < leaderSilenceMs - beatMs; waited += beatMs / 5) {
    vi.advanceTimersByTime(beatMs / 5);
    await turn();
  }
  expect(other.holds).toBe(true);
  vi.advanceTimersByTime(leaderSilenceMs);
  await expect.poll(() => other.holds).toBe(false);
  await expect.poll(() => tabs.isLeader).toBe(true);
});

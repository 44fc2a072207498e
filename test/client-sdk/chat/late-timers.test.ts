import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { addressesOf } from "../../../client-sdk/src/chat/connection/addresses.ts";
import { createConnection } from "../../../client-sdk/src/chat/connection/connection.ts";
import { createPatience } from "../../../client-sdk/src/chat/connection/patience.ts";
import { defaultTiming } from "../../../client-sdk/src/chat/connection/timing.ts";
import type { LineStatus } from "../../../client-sdk/src/chat/line.ts";
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

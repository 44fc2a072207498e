import { expect, test } from "vitest";
import { WebSocket as WsWebSocket } from "ws";
import { defaultTiming } from "../../../client-sdk/src/chat/connection/timing.ts";
import { startFaultyProxy } from "../../support/faulty-proxy.ts";
import { followSession, openLine } from "../../support/line-reader.ts";
import { makeSession } from "../../support/make-session.ts";
import { startApp } from "../../support/start-app.ts";

test("a log is catching-up until caught_up, then live, and so is the line [STATUS-1] [STATUS-2]", async () => {
  const { url } = await startApp();
  const { sessionId, say } = await makeSession(url);
  await say("before");
  const { line, statuses } = openLine({ url });
  const reader = followSession(line, sessionId);
  await reader.untilLive();
  await say("after");
  await reader.untilContent("after");
  expect(reader.contents()).toEqual(["before", "after"]);
  expect(reader.statuses.items).toEqual(["connecting", "catching-up", "live"]);
  expect(statuses.items).toEqual(["connecting", "catching-up", "live"]);
});

test("after a cut each log resumes from its position: nothing lost, nothing twice [LINE-3]", async () => {
  const { url } = await startApp();
  const proxy = await startFaultyProxy(url);
  const sessions = await Promise.all([makeSession(url), makeSession(url)]);
  const { line } = openLine({ url: proxy.url });
  const readers = sessions.map(({ sessionId }) => followSession(line, sessionId));
  for (const reader of readers) await reader.untilLive();
  proxy.treatment = "refuse";
  proxy.cut();
  for (const { statuses } of readers) await statuses.until((items) => items.at(-1) === "offline");
  for (const { say } of sessions) await say("missed");
  proxy.treatment = "pass";
  line.reconnect();
  for (const reader of readers) await reader.untilLive();
  for (const { say } of sessions) await say("new");
  for (const reader of readers) {
    await reader.untilContent("new");
    expect(reader.contents()).toEqual(["missed", "new"]);
    expect(reader.events.items.filter(({ type }) => type === "snapshot")).toHaveLength(1);
    expect(reader.statuses.items.slice(2)).toEqual(["live", "offline", "catching-up", "live"]);
  }
});

test("a line that goes silent is dropped after one ping without an answer, and comes back by itself [LINE-4]", async () => {
  const { url } = await startApp();
  const proxy = await startFaultyProxy(url);
  const { sessionId, say } = await makeSession(url);
  const { line } = openLine(
    { url: proxy.url },
    { timing: { pingIntervalMs: 50, pongTimeoutMs: 50, retryMs: 1 } },
  );
  const reader = followSession(line, sessionId);
  await reader.untilLive();
  proxy.silence();
  await say("while it is silent");
  await reader.untilContent("while it is silent");
  expect(reader.statuses.items).toContain("offline");
});

test("a dead line is noticed within 15 s over a WebSocket, and within 35 s over HTTP [LINE-4] [WAY-2]", () => {
  const { pingIntervalMs, pongTimeoutMs, silenceMs, pollWaitMs, pollAnswerMs } = defaultTiming;
  expect(pingIntervalMs + pongTimeoutMs).toBeLessThan(15_000);
  expect(silenceMs).toBeLessThan(35_000);
  expect(pollWaitMs + pollAnswerMs).toBeLessThan(35_000);
});

test("a leading tab tells of itself each 5 s, and is replaced within 10 s [TAB-2]", () => {
  expect([defaultTiming.beatMs, defaultTiming.leaderSilenceMs]).toEqual([5000, 10_000]);
});

test("a thin line is not taken for a dead one: the allowance grows until a snapshot is through [LINE-5]", async () => {
  const { url } = await startApp();
  const proxy = await startFaultyProxy(url);
  const { sessionId, say } = await makeSession(url);
  const long = "x".repeat(90_000);
  await say(long);
  // The snapshot takes 900 ms.
  proxy.bytesPerSecond = 100_000;
  const { line } = openLine(
    { url: proxy.url },
    { timing: { pingIntervalMs: 100, pongTimeoutMs: 100, maxPongTimeoutMs: 10_000, retryMs: 1 } },
  );
  const reader = followSession(line, sessionId);
  await reader.untilLive();
  expect(reader.contents()).toEqual([long]);
  expect(proxy.arrivals.items.length).toBeLessThanOrEqual(6);
});

test("an attempt that is held shows as offline before it fails, and as connecting until then [STATUS-1]", async () => {
  const { url } = await startApp();
  const proxy = await startFaultyProxy(url);
  const { sessionId } = await makeSession(url);
  proxy.treatment = "hold";
  const { line } = openLine({ url: proxy.url }, { timing: { slowAttemptMs: 100 } });
  const reader = followSession(line, sessionId);
  await reader.statuses.count(2);
  expect(reader.statuses.items).toEqual(["connecting", "offline"]);
  expect(proxy.arrivals.items).toHaveLength(1);
  proxy.treatment = "pass";
  line.reconnect();
  await reader.untilLive();
  expect(reader.statuses.items).toEqual(["connecting", "offline", "catching-up", "live"]);
});

test("reconnect cuts a back-off short [RETRY-2]", async () => {
  const { url } = await startApp();
  const proxy = await startFaultyProxy(url);
  const { sessionId } = await makeSession(url);
  proxy.treatment = "refuse";
  const hour = 3_600_000;
  const { line, statuses } = openLine(
    { url: proxy.url },
    { timing: { retryMs: hour, maxRetryMs: hour }, random: () => 1 },
  );
  const reader = followSession(line, sessionId);
  await statuses.until((items) => items.at(-1) === "offline");
  // The attempt, and the question whether the server is there.
  await proxy.arrivals.count(2);
  proxy.treatment = "pass";
  line.reconnect();
  await reader.untilLive();
  expect(proxy.arrivals.items).toHaveLength(3);
});

test("each further retry waits longer", async () => {
  const proxy = await startFaultyProxy("http://127.0.0.1:9");
  proxy.treatment = "refuse";
  const startedAtMs = performance.now();
  const { line } = openLine({ url: proxy.url }, { timing: { retryMs: 20 }, random: () => 1 });
  followSession(line, "s");
  // Each attempt is followed by the question whether the server is there: the fifth comes after 20, 40, 80 and 160 ms.
  await proxy.arrivals.count(9);
  expect(performance.now() - startedAtMs).toBeGreaterThan(295);
});

test.each([
  ["the platform's", undefined],
  ["that of ws", WsWebSocket],
])(
  "many logs share one WebSocket (%s), which closes some time after the last of them [LINE-1] [LINE-2]",
  async (_, WebSocket) => {
    const { url, app } = await startApp();
    const proxy = await startFaultyProxy(url);
    const sessions = await Promise.all([makeSession(url), makeSession(url), makeSession(url)]);
    const { line, statuses } = openLine(
      { url: proxy.url, ...(WebSocket && { WebSocket }) },
      { timing: { idleMs: 50 } },
    );
    const readers = sessions.map(({ sessionId }) => followSession(line, sessionId));
    for (const reader of readers) await reader.untilLive();
    expect([proxy.arrivals.items.length, app.counts().followers]).toEqual([1, 3]);
    for (const reader of readers) reader.end();
    await proxy.untilOpen(0);
    expect(statuses.items.at(-1)).toBe("connecting");
  },
);

test("a follower that ends and comes back at once, as in StrictMode, keeps the socket", async () => {
  const { url } = await startApp();
  const proxy = await startFaultyProxy(url);
  const { sessionId } = await makeSession(url);
  const { line } = openLine({ url: proxy.url });
  followSession(line, sessionId).end();
  const reader = followSession(line, sessionId);
  await reader.untilLive();
  reader.end();
  const again = followSession(line, sessionId);
  await again.untilLive();
  expect(proxy.arrivals.items).toHaveLength(1);
});

test("close ends everything, and nothing is told any more", async () => {
  const { url, app } = await startApp();
  const proxy = await startFaultyProxy(url);
  const { sessionId, say } = await makeSession(url);
  const { line } = openLine({ url: proxy.url });
  const reader = followSession(line, sessionId);
  await reader.untilLive();
  await line.close();
  await proxy.untilOpen(0);
  await say("afterwards");
  expect([line.status, reader.statuses.items.at(-1)]).toEqual(["closed", "closed"]);
  expect(reader.contents()).toEqual([]);
  expect(app.counts().trpcSockets).toBe(0);
});

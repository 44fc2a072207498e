import { expect, test } from "vitest";
import type { Timing } from "../../../client-sdk/src/chat/connection/timing.ts";
import type { Gateway } from "../../support/gateway.ts";
import { startGateway } from "../../support/gateway.ts";
import { followSession, openLine } from "../../support/line-reader.ts";
import { makeSession } from "../../support/make-session.ts";
import { startApp } from "../../support/start-app.ts";

/** Short waits for what never comes. */
const impatient: Partial<Timing> = {
  attemptTimeoutMs: 300,
  pongTimeoutMs: 300,
  firstByteMs: 300,
  retryMs: 1,
  maxRetryMs: 20,
  turnMs: 20,
};

const streams = (gateway: Gateway): string[] =>
  gateway.requests.items.filter(({ path }) => path.includes("/events/stream")).map(({ path }) => path);

const openLong = (gateway: Gateway): string[] =>
  gateway.requests.items
    .filter(({ path, isOpen }) => isOpen && (path.includes("/stream") || /wait=[1-9]/.test(path)))
    .map(({ path }) => path);

test.each(["refuse", "hold", "swallow"] as const)(
  "where a proxy's treatment of WebSockets is to %s them, an event stream carries the log [WAY-1]",
  async (sockets) => {
    const { url } = await startApp();
    const gateway = await startGateway(url, { sockets });
    const { sessionId, say } = await makeSession(url);
    await say("before");
    const { line, statuses } = openLine({ url: gateway.url }, { timing: impatient });
    const reader = followSession(line, sessionId);
    await reader.untilLive();
    await say("after");
    await reader.untilContent("after");
    expect(reader.contents()).toEqual(["before", "after"]);
    expect(streams(gateway)).toHaveLength(1);
    expect(statuses.items.at(-1)).toBe("live");
  },
);

test.each(["refuse", "hold"] as const)(
  "where a proxy gathers answers too, polls carry the log (WebSockets: %s) [WAY-1] [WAY-3]",
  async (sockets) => {
    const { url } = await startApp();
    const gateway = await startGateway(url, { sockets, answers: "gather" });
    const { sessionId, say } = await makeSession(url);
    await say("before");
    const { line } = openLine({ url: gateway.url }, { timing: impatient });
    const reader = followSession(line, sessionId);
    await reader.untilLive();
    // A poll that waits is answered at once.
    await gateway.requests.until((all) => all.some(({ path }) => path.includes("wait=25")));
    await say("after");
    await reader.untilContent("after");
    expect(reader.contents()).toEqual(["before", "after"]);
    expect(openLong(gateway).length).toBeLessThanOrEqual(1);
  },
);

test.each(["pass", "gather"] as const)(
  "over HTTP one request is long, for the log that was followed last; the others are polled (answers: %s) [WAY-4]",
  async (answers) => {
    const { url } = await startApp();
    const gateway = await startGateway(url, { sockets: "refuse", answers });
    const sessions = await Promise.all([makeSession(url), makeSession(url), makeSession(url)]);
    const { line } = openLine({ url: gateway.url }, { timing: impatient });
    const readers = sessions.map(({ sessionId }) => followSession(line, sessionId));
    for (const reader of readers) await reader.untilLive();
    for (const { say } of sessions) await say("one");
    for (const reader of readers) await reader.untilContent("one");
    // Between two long polls there is none.
    await gateway.requests.until(() => openLong(gateway).length > 0);
    expect(openLong(gateway)).toEqual([expect.stringContaining(sessions[2]?.sessionId ?? "")]);
    readers[2]?.end();
    await gateway.requests.until(() =>
      openLong(gateway).some((path) => path.includes(sessions[1]?.sessionId ?? "")),
    );
    for (const { say } of sessions.slice(0, 2)) await say("two");
    for (const reader of readers.slice(0, 2)) {
      await reader.untilContent("two");
      expect(reader.contents()).toEqual(["one", "two"]);
    }
  },
);

test("an event stream that is cut is resumed from its position: nothing lost, nothing twice", async () => {
  const { url } = await startApp();
  const gateway = await startGateway(url, { sockets: "refuse" });
  const { sessionId, say } = await makeSession(url);
  const { line } = openLine({ url: gateway.url }, { timing: impatient });
  const reader = followSession(line, sessionId);
  await reader.untilLive();
  for (const content of ["one", "two", "three"]) {
    await say(content);
    await reader.untilContent(content);
    gateway.cut();
    await reader.statuses.until((items) => items.at(-1) === "offline");
    await reader.untilLive();
  }
  await say("four");
  await reader.untilContent("four");
  expect(reader.contents()).toEqual(["one", "two", "three", "four"]);
});

test("an event stream that goes silent is dropped, and followed on [WAY-2]", async () => {
  const { url } = await startApp();
  const gateway = await startGateway(url, { sockets: "refuse" });
  const { sessionId, say } = await makeSession(url);
  const { line } = openLine({ url: gateway.url }, { timing: { ...impatient, silenceMs: 200 } });
  const reader = followSession(line, sessionId);
  await reader.untilLive();
  // The server's sign of life comes each 15 s, so that each stream is too silent for this line.
  await reader.statuses.until((items) => items.at(-1) === "offline");
  await reader.untilLive();
  await say("still followed");
  await reader.untilContent("still followed");
  expect(reader.contents()).toEqual(["still followed"]);
});

test("what worked is remembered, and a WebSocket is tried again after a while [WAY-1]", async () => {
  const { url } = await startApp();
  const gateway = await startGateway(url, { sockets: "refuse" });
  const { sessionId } = await makeSession(url);
  const { line } = openLine({ url: gateway.url }, { timing: { ...impatient, socketRetryMs: 3_600_000 } });
  const reader = followSession(line, sessionId);
  await reader.untilLive();
  gateway.sockets = "pass";
  gateway.cut();
  await reader.statuses.until((items) => items.at(-1) === "offline");
  await reader.untilLive();
  expect(gateway.upgrades.items).toHaveLength(1);
  const later = openLine({ url: gateway.url }, { timing: { ...impatient, socketRetryMs: 0 } });
  const other = followSession(later.line, sessionId);
  await other.untilLive();
  expect(gateway.upgrades.items).toHaveLength(2);
});

test("a session that does not exist is refused over HTTP as over a WebSocket", async () => {
  const { url } = await startApp();
  const gateway = await startGateway(url, { sockets: "refuse" });
  const { sessionId } = await makeSession(url);
  const { line } = openLine({ url: gateway.url }, { timing: impatient });
  const reader = followSession(line, sessionId);
  const missing = followSession(line, "nobody");
  const [error] = await missing.refusals.count(1);
  expect(error).toMatchObject({
    kind: "refused",
    code: "NOT_FOUND",
    message: 'There is no session "nobody".',
  });
  await reader.untilLive();
});

test("a proxy that gives answers less time is polled with shorter waits, and the log stays live [WAY-3]", async () => {
  const { url } = await startApp();
  const gateway = await startGateway(url, { sockets: "refuse", answers: "gather", answerLimitMs: 1500 });
  const { sessionId, say } = await makeSession(url);
  const timing = { ...impatient, pollWaitMs: 4000, minPollWaitMs: 1000 };
  const { line } = openLine({ url: gateway.url }, { timing });
  const reader = followSession(line, sessionId);
  await reader.untilLive();
  await gateway.requests.until((all) => all.filter(({ path }) => path.includes("wait=1&")).length > 1);
  await say("after");
  await reader.untilContent("after");
  const waits = gateway.requests.items.flatMap(({ path }) => /wait=(\d)/.exec(path)?.[1] ?? []);
  expect(waits.slice(0, 6)).toEqual(["0", "0", "4", "0", "2", "0"]);
  expect(reader.statuses.items.slice(-2)).toEqual(["catching-up", "live"]);
});

test("snapshots over HTTP are bounded as over a WebSocket", async () => {
  const { url } = await startApp();
  const gateway = await startGateway(url, { sockets: "refuse" });
  const { sessionId } = await makeSession(url);
  const { line } = openLine({ url: gateway.url }, { timing: impatient });
  await followSession(line, sessionId).untilLive();
  expect(streams(gateway)[0]).toBe(`/api/sessions/${sessionId}/events/stream?limit=50&max_missed=500`);
});

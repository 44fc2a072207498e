import { expect, test } from "vitest";
import { startFaultyProxy } from "../../support/faulty-proxy.ts";
import { followSession, openLine } from "../../support/line-reader.ts";
import { makeSession } from "../../support/make-session.ts";
import { startOtherServer } from "../../support/other-server.ts";
import { startApp } from "../../support/start-app.ts";

const page = "<html><body>nginx</body></html>";

test("a session that does not exist is refused with the server's sentence, and other logs go on [STATUS-2]", async () => {
  const { url } = await startApp();
  const { sessionId } = await makeSession(url);
  const { line } = openLine({ url });
  const missing = followSession(line, "nobody");
  const reader = followSession(line, sessionId);
  await reader.untilLive();
  const [error] = await missing.refusals.count(1);
  expect(error).toMatchObject({
    kind: "refused",
    code: "NOT_FOUND",
    retryable: false,
    message: 'There is no session "nobody".',
  });
  expect(missing.statuses.items.at(-1)).toBe("closed");
  expect(line.status).toBe("live");
});

test("a session that is deleted closes its log without an error", async () => {
  const { url } = await startApp();
  const { sessionId, remove } = await makeSession(url);
  const other = await makeSession(url);
  const { line } = openLine({ url });
  const reader = followSession(line, sessionId);
  const beside = followSession(line, other.sessionId);
  await reader.untilLive();
  await remove();
  await reader.statuses.until((items) => items.at(-1) === "closed");
  expect(reader.events.items.at(-1)?.type).toBe("session_deleted");
  await other.say("still here");
  await beside.untilContent("still here");
  expect(reader.refusals.items).toEqual([]);
});

test("a line that comes back while it has nothing to follow is not taken for blocked", async () => {
  const { url } = await startApp();
  const proxy = await startFaultyProxy(url);
  const { line, statuses } = openLine({ url: proxy.url }, { timing: { retryMs: 1 } });
  await followSession(line, "nobody").refusals.count(1);
  proxy.cut();
  await statuses.until((items) => items.at(-1) === "offline");
  await statuses.until((items) => items.at(-1) === "live");
  expect(proxy.arrivals.items).toHaveLength(2);
});

test("a line whose logs are all over closes its socket, and opens it again for the next", async () => {
  const { url } = await startApp();
  const proxy = await startFaultyProxy(url);
  const { sessionId } = await makeSession(url);
  const { line } = openLine({ url: proxy.url }, { timing: { idleMs: 50, pongTimeoutMs: 100, retryMs: 1 } });
  const missing = followSession(line, "nobody");
  await missing.refusals.count(1);
  await proxy.untilOpen(0);
  await followSession(line, sessionId).untilLive();
  expect(missing.statuses.items.at(-1)).toBe("closed");
  expect(proxy.arrivals.items).toHaveLength(2);
});

test("a subscription that the server had no room for comes back by itself [RETRY-3] [STATUS-2]", async () => {
  const { url } = await startApp({ maxReadersPerSession: 1 });
  const { sessionId, say } = await makeSession(url);
  const first = openLine({ url });
  const holder = followSession(first.line, sessionId);
  await holder.untilLive();
  const { line } = openLine({ url }, { timing: { retryMs: 10, maxRetryMs: 10 } });
  const reader = followSession(line, sessionId);
  await reader.statuses.until((items) => items.at(-1) === "offline");
  holder.end();
  await reader.untilLive();
  await say("there was room");
  await reader.untilContent("there was room");
  expect(reader.refusals.items).toEqual([]);
});

test.each([
  [
    404,
    "text/html",
    "The address answered 404 with text/html, which is not AI Desk's. Check the address, and the proxy in front of it.",
  ],
  [
    200,
    "text/html",
    "The address answered 200 with text/html, which is not AI Desk's. Check the address, and the proxy in front of it.",
  ],
  [
    403,
    "text/plain",
    "The address answered 403 with text/plain, which is not AI Desk's. Check the address, and the proxy in front of it.",
  ],
])(
  "an address that answers %i with %s is an error with a sentence, and is not tried again [RETRY-4] [ERROR-1]",
  async (status, mediaType, message) => {
    const asked: unknown[] = [];
    const url = await startOtherServer((request, response) => {
      asked.push(request.url);
      response.writeHead(status, { "content-type": `${mediaType}; charset=utf-8` }).end(page);
    });
    const { line } = openLine({ url }, { timing: { retryMs: 0 } });
    const reader = followSession(line, "s");
    const [error] = await reader.refusals.count(1);
    expect(error).toMatchObject({ kind: "foreign", status, mediaType, retryable: false, message });
    expect([reader.statuses.items.at(-1), line.status]).toEqual(["closed", "closed"]);
    const count = asked.length;
    const another = followSession(line, "s");
    await another.refusals.count(1);
    expect(asked).toHaveLength(2 * count);
  },
);

test("a proxy's page while the server is away is no reason to stay away", async () => {
  const { url } = await startApp();
  const { sessionId } = await makeSession(url);
  const proxy = await startFaultyProxy(url);
  const gateway = await startOtherServer((_, response) => {
    response.writeHead(502, { "content-type": "text/html", "retry-after": "0" }).end(page);
  });
  proxy.aim(gateway);
  const { line, statuses } = openLine({ url: proxy.url }, { timing: { retryMs: 1, maxRetryMs: 1 } });
  const reader = followSession(line, sessionId);
  await proxy.arrivals.count(6);
  expect(statuses.items).toEqual(["connecting", "offline"]);
  proxy.aim(url);
  await reader.untilLive();
  expect(reader.refusals.items).toEqual([]);
});

test("an address at which the server was before is tried again after any page [RETRY-4]", async () => {
  const { url } = await startApp();
  const { sessionId } = await makeSession(url);
  const proxy = await startFaultyProxy(url);
  const maintenance = await startOtherServer((_, response) => {
    response.writeHead(404, { "content-type": "text/html" }).end(page);
  });
  const { line } = openLine({ url: proxy.url }, { timing: { retryMs: 1, maxRetryMs: 1 } });
  const reader = followSession(line, sessionId);
  await reader.untilLive();
  const { length } = proxy.arrivals.items;
  proxy.aim(maintenance);
  proxy.cut();
  await proxy.arrivals.count(length + 4);
  proxy.aim(url);
  await reader.untilLive();
  expect(reader.refusals.items).toEqual([]);
});

test("after a refusal, reconnect asks again", async () => {
  const { url } = await startApp();
  const { sessionId } = await makeSession(url);
  const proxy = await startFaultyProxy(url);
  proxy.aim(await startOtherServer((_, response) => void response.writeHead(404).end()));
  const { line } = openLine({ url: proxy.url });
  const reader = followSession(line, sessionId);
  const [error] = await reader.refusals.count(1);
  expect(error?.message).toContain("answered 404 with no media type");
  proxy.aim(url);
  line.reconnect();
  await reader.untilLive();
});

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { closeCodes } from "../../../server/contract/close-codes.ts";
import { startGateway } from "../../support/gateway.ts";
import { followSession, openLine } from "../../support/line-reader.ts";
import { makeSession } from "../../support/make-session.ts";
import { Collector } from "../../support/readers.ts";
import { startApp } from "../../support/start-app.ts";

const timing = { retryMs: 1, maxRetryMs: 10, turnMs: 20 };

/** A server that says over HTTP that it is AI Desk's, and closes each WebSocket with the code, before a frame. */
async function startRefusing(code: number) {
  const upgrades = new Collector<string>();
  const requests = new Collector<string>();
  const closing = new WebSocketServer({ noServer: true });
  const server = createServer((request, response) => {
    requests.add(request.url ?? "");
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ result: { data: { name: "AI Desk" } } }));
  });
  server.on("upgrade", (request, socket, head) => {
    upgrades.add(request.url ?? "");
    closing.handleUpgrade(request, socket, head, (client) => client.close(code));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, upgrades, requests };
}

test.each([closeCodes.restart.code, 1013, closeCodes.sessionFull.code, closeCodes.slow.code, 4029, 4401])(
  "a WebSocket that the server closes with %i before the first frame is opened again, and no other way is taken [LINE-6]",
  async (code) => {
    const { url, upgrades, requests } = await startRefusing(code);
    const { line, statuses } = openLine({ url }, { timing });
    followSession(line, "s");
    await upgrades.count(4);
    expect(requests.items).toEqual([]);
    expect(statuses.items).not.toContain("closed");
  },
);

test.each([
  closeCodes.failure.code,
  closeCodes.restart.code,
  closeCodes.sessionFull.code,
  closeCodes.slow.code,
  closeCodes.noPong.code,
  4029,
  4401,
])("a WebSocket that worked and closes with %i is opened again, and each log resumes", async (code) => {
  const { url } = await startApp();
  const gateway = await startGateway(url);
  const { sessionId, say } = await makeSession(url);
  const { line } = openLine({ url: gateway.url }, { timing });
  const reader = followSession(line, sessionId);
  await reader.untilLive();
  gateway.sockets = code;
  gateway.cut();
  // The gateway closes each new one with the code.
  await gateway.upgrades.count(2);
  await say("missed");
  gateway.sockets = "pass";
  await reader.untilContent("missed");
  expect(reader.contents()).toEqual(["missed"]);
  expect(reader.refusals.items).toEqual([]);
});

test.each([closeCodes.badFrames.code, 4503, closeCodes.sessionDeleted.code])(
  "a WebSocket that closes with %i is not opened again [LINE-6]",
  async (code) => {
    const { url } = await startApp();
    const gateway = await startGateway(url, { sockets: code });
    const { line } = openLine({ url: gateway.url }, { timing });
    const reader = followSession(line, "s");
    const [error] = await reader.refusals.count(1);
    expect(error?.message).toBe(`The server closed the connection and wants no further one: ${code}.`);
    expect([error?.retryable, reader.statuses.items.at(-1), line.status]).toEqual([
      false,
      "closed",
      "closed",
    ]);
    expect(gateway.upgrades.items).toHaveLength(1);
  },
);

test.each([
  closeCodes.brokenFrame.code,
  closeCodes.unsupportedData.code,
  closeCodes.notUtf8.code,
  closeCodes.tooManyParts.code,
  closeCodes.tooLarge.code,
])(
  "a WebSocket that closes with %i carries something else than was sent: another way is taken",
  async (code) => {
    const { url } = await startApp();
    const gateway = await startGateway(url, { sockets: code });
    const { sessionId, say } = await makeSession(url);
    const { line } = openLine({ url: gateway.url }, { timing });
    const reader = followSession(line, sessionId);
    await reader.untilLive();
    await say("over HTTP");
    await reader.untilContent("over HTTP");
    expect(gateway.upgrades.items).toHaveLength(1);
  },
);

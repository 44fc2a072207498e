import { expect, test } from "vitest";
import { createChat } from "../../../client-sdk/src/create-chat.ts";
import { createClient } from "../../../client-sdk/src/index.ts";
import { startGateway } from "../../support/gateway.ts";
import { followSession, openLine } from "../../support/line-reader.ts";
import { makeSession } from "../../support/make-session.ts";
import { startApp } from "../../support/start-app.ts";

const timing = { retryMs: 1, maxRetryMs: 10, turnMs: 20 };

test.each(["", "/", "/?from=a-link#here"])(
  "a server under a path is reached there (%j at its end) [LINE-1]",
  async (end) => {
    const { url } = await startApp();
    const gateway = await startGateway(url, { prefix: "/team/desk" });
    const { sessionId } = await makeSession(url);
    const { line } = openLine({ url: gateway.url + end });
    await followSession(line, sessionId).untilLive();
    gateway.sockets = "refuse";
    const overHttp = openLine({ url: gateway.url + end }, { timing });
    await followSession(overHttp.line, sessionId).untilLive();
    expect(gateway.upgrades.items[0]).toBe("/team/desk/trpc");
  },
);

test.each(["localhost:8000", "ws://localhost:8000", "example.com/desk", "", "/desk", "http://"])(
  "a url that is no address of HTTP, %j, is refused at once by its name [LINE-1]",
  (url) => {
    const message = `url must begin with http:// or https://: it is ${url}`;
    expect(() => createChat({ url })).toThrow(new TypeError(message));
    expect(() => createClient({ url })).toThrow(new TypeError(message));
  },
);

test("a host that the server does not answer for is an error with the server's sentence [ERROR-1]", async () => {
  const { url } = await startApp();
  const gateway = await startGateway(url, { host: "elsewhere.example" });
  const { line } = openLine({ url: gateway.url });
  const reader = followSession(line, "s");
  const [error] = await reader.refusals.count(1);
  expect(error).toMatchObject({ kind: "refused", code: "MISDIRECTED_REQUEST", retryable: false });
});

test("a token goes with each request, and is announced to the WebSocket", async () => {
  const { url } = await startApp();
  const gateway = await startGateway(url);
  const { sessionId } = await makeSession(url);
  let count = 0;
  const token = async (): Promise<string> => `token-${(count += 1)}`;
  const first = openLine({ url: gateway.url, token });
  await followSession(first.line, sessionId).untilLive();
  expect(gateway.upgrades.items).toEqual(["/trpc?connectionParams=1"]);
  gateway.sockets = "refuse";
  const { line } = openLine({ url: gateway.url, token }, { timing });
  await followSession(line, sessionId).untilLive();
  for (const { headers } of gateway.requests.items)
    expect(headers.authorization).toMatch(/^Bearer token-\d$/);
  expect(gateway.requests.items.length).toBeGreaterThan(1);
});

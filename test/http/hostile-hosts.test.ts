import { describe, expect, test } from "vitest";
import { sendRaw } from "../support/raw-request.ts";
import { createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

/** Hosts that are none for the platform's URL parser, most of which look like one. */
const badHosts = [
  "[",
  "]",
  "[::1",
  "[zz]",
  "[::1]x",
  "x:99999",
  "x:port",
  "a:b:c",
  ":",
  ":80",
  "256.256.256.256",
  "1.2.3.4.5",
  "0x100000000",
  "xn--",
  "a b",
  "a/b",
  "a@b",
  "a%",
  "%00",
  "a,b",
  "\u00ff",
];

const upgradeHeaders =
  "Connection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

/** Requests by the place where a host may matter, each of which ends by itself. */
const places: [string, (host: string) => string][] = [
  ["REST", (host) => `GET /api/sessions HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`],
  ["tRPC over HTTP", (host) => `GET /trpc/health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`],
  [
    "an upgrade to the plain WebSocket",
    (host) => `GET /ws/nobody HTTP/1.1\r\nHost: ${host}\r\n${upgradeHeaders}\r\n`,
  ],
];

describe.each(places)("%s", (_place, request) => {
  test("never fails for a Host, whatever it is: it is refused or it does not matter", async () => {
    const { url } = await startApp();
    for (const host of badHosts) {
      const { status } = await sendRaw(url, Buffer.from(request(host), "latin1"));
      expect.soft(status, host).toBeGreaterThanOrEqual(200);
      expect.soft(status, host).toBeLessThan(500);
    }
    expect((await fetch(url)).status).toBe(200);
  });
});

test("an upgrade to tRPC never fails for a Host: it is refused, or its frames are answered", async () => {
  const { url } = await startApp();
  // A frame that closes the socket, masked with zeros.
  const closeFrame = Buffer.from([0x88, 0x80, 0, 0, 0, 0]);
  for (const host of badHosts) {
    const head = Buffer.from(`GET /trpc HTTP/1.1\r\nHost: ${host}\r\n${upgradeHeaders}\r\n`, "latin1");
    const { status, body } = await sendRaw(url, Buffer.concat([head, closeFrame]));
    expect.soft([101, 400, 421], host).toContain(status);
    if (status === 101) expect.soft(body, host).not.toContain("HTTP/1.1");
  }
  expect((await fetch(url)).status).toBe(200);
});

describe("an absolute-form target is read for its path, and its host is held to the same rules as Host", () => {
  test.each([
    ["http://[/api/sessions", 400],
    ["http://x:99999/api/sessions", 400],
    ["http:///api/sessions", 400],
    ["http://user@localhost/api/sessions", 400],
    ["HTTPS://LOCALHOST/api/sessions?limit=1", 200],
    ["http://localhost:1/trpc/health", 200],
    ["http://[/trpc/health", 400],
    ["http://127.0.0.1", 200],
    ["http://localhost?limit=1", 200],
    ["HTTPS://x/api/sessions?limit=1", 421],
    ["http://x/trpc/health", 421],
    ["http://x", 421],
    ["ftp://x/api/sessions", 400],
    ["api/sessions", 400],
    ["//x/api/sessions", 404],
    ["/../api/sessions", 404],
    ["/api//sessions", 404],
    ["/api/sessions%3Flimit=1", 404],
    ["/API/sessions", 404],
  ])("%s", async (target, status) => {
    const { url } = await startApp();
    const answer = await sendRaw(
      url,
      `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(answer.status).toBe(status);
    // tRPC answers in chunks, so what comes is not JSON alone.
    expect(answer.body).toMatch(/[[{][^]*[\]}]/);
  });

  test.each([
    ["http://localhost/trpc", 101],
    ["http://[::1]:99/trpc?connectionParams=1", 101],
    ["http://localhost/ws/s", 101],
    ["http://localhost/ws/nobody", 404],
    ["http://[/trpc", 400],
    ["http://[/ws/s", 400],
    ["http://[", 400],
    ["http://x/trpc", 421],
    ["http://x/ws/s", 421],
    ["//[/trpc", 404],
    ["/trpc?connectionParams=%", 101],
    ["/trpc?x=%ff", 101],
  ])("an upgrade to %s", async (target, status) => {
    const { url } = await startApp();
    await createSession(url, { id: "s" });
    const head = Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n${upgradeHeaders}\r\n`);
    const answer = await sendRaw(url, Buffer.concat([head, Buffer.from([0x88, 0x80, 0, 0, 0, 0])]));
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain("HTTP/1.1");
    expect((await fetch(url)).status).toBe(200);
  });
});

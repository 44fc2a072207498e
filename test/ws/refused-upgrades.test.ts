import { expect, test } from "vitest";
import { sendRaw } from "../support/raw-request.ts";
import { createSession, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const version = "Sec-WebSocket-Version: 13\r\n";
const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";

test.each<[string, string, string, number, string]>([
  ["an unknown session", "/ws/nobody", upgrade + key + version, 404, "NOT_FOUND"],
  [
    "an unknown session and a bad version",
    "/ws/nobody",
    `${upgrade}${key}Sec-WebSocket-Version: 1\r\n`,
    404,
    "NOT_FOUND",
  ],
  ["an unknown path", "/socket", upgrade + key + version, 404, "NOT_FOUND"],
  ["a REST path", "/api/sessions/s", upgrade + key + version, 404, "NOT_FOUND"],
  ["a path below a session", "/ws/s/messages", upgrade + key + version, 404, "NOT_FOUND"],
  ["no session", "/ws", upgrade + key + version, 404, "NOT_FOUND"],
  ["a path below tRPC", "/trpc/health", upgrade + key + version, 404, "NOT_FOUND"],
  ["an empty session id", "/ws/", upgrade + key + version, 404, "NOT_FOUND"],
  ["a session id that is too long", `/ws/${"x".repeat(129)}`, upgrade + key + version, 400, "BAD_REQUEST"],
  ["a session id with a control character", "/ws/a%0Ab", upgrade + key + version, 400, "BAD_REQUEST"],
  ["a session id with NUL", "/ws/a%00b", upgrade + key + version, 400, "BAD_REQUEST"],
  ["a session id with a broken percent sign", "/ws/100%", upgrade + key + version, 400, "BAD_REQUEST"],
  ["a session id that is no UTF-8", "/ws/%ff", upgrade + key + version, 400, "BAD_REQUEST"],
  ["`after` in letters", "/ws/s?after=abc", upgrade + key + version, 400, "BAD_REQUEST"],
  ["`after` of two signs", "/ws/s?after=--1", upgrade + key + version, 400, "BAD_REQUEST"],
  ["`after` with a fraction", "/ws/s?after=1.5", upgrade + key + version, 400, "BAD_REQUEST"],
  ["`after` with an exponent", "/ws/s?after=1e9", upgrade + key + version, 400, "BAD_REQUEST"],
  [
    "`after` beyond all integers",
    "/ws/s?after=9999999999999999",
    upgrade + key + version,
    400,
    "BAD_REQUEST",
  ],
  ["`after` twice", "/ws/s?after=1&after=2", upgrade + key + version, 400, "BAD_REQUEST"],
  ["`after` with a broken percent sign", "/ws/s?after=%", upgrade + key + version, 400, "BAD_REQUEST"],
  ["`events` of another kind", "/ws/s?events=some", upgrade + key + version, 400, "BAD_REQUEST"],
  ["`events` empty", "/ws/s?events=", upgrade + key + version, 400, "BAD_REQUEST"],
  ["`events` twice", "/ws/s?events=all&events=all", upgrade + key + version, 400, "BAD_REQUEST"],
  ["`events` in capitals", "/ws/s?events=ALL&after=0", upgrade + key + version, 400, "BAD_REQUEST"],
  ["an unknown session, for all events", "/ws/nobody?events=all", upgrade + key + version, 404, "NOT_FOUND"],
  [
    "an unknown session, for all events after a position",
    "/ws/nobody?events=all&after=0",
    upgrade + key + version,
    404,
    "NOT_FOUND",
  ],
  ["no version", "/ws/s", upgrade + key, 400, "BAD_REQUEST"],
  ["a version that is none", "/ws/s", `${upgrade}${key}Sec-WebSocket-Version: x\r\n`, 400, "BAD_REQUEST"],
  ["no key", "/ws/s", upgrade + version, 400, "BAD_REQUEST"],
  ["a key that is none", "/ws/s", `${upgrade}Sec-WebSocket-Key: short\r\n${version}`, 400, "BAD_REQUEST"],
  ["no key, on tRPC", "/trpc", upgrade + version, 400, "BAD_REQUEST"],
  [
    "a page that may not",
    "/ws/s",
    `${upgrade}${key}${version}Origin: https://evil.example\r\n`,
    403,
    "FORBIDDEN",
  ],
  [
    "a page that may not, on tRPC",
    "/trpc",
    `${upgrade}${key}${version}Origin: https://evil.example\r\n`,
    403,
    "FORBIDDEN",
  ],
  ["an Origin of a file", "/ws/s", `${upgrade}${key}${version}Origin: null\r\n`, 403, "FORBIDDEN"],
  [
    "an Origin that only looks like this machine",
    "/ws/s",
    `${upgrade}${key}${version}Origin: http://localhost.evil.example\r\n`,
    403,
    "FORBIDDEN",
  ],
  ["an Origin that is empty", "/ws/s", `${upgrade}${key}${version}Origin: \r\n`, 403, "FORBIDDEN"],
])("an upgrade with %s is refused before it is one", async (_name, path, headers, status, code) => {
  const { app, url } = await startApp();
  await createSession(url, { id: "s" });
  const answer = await sendRaw(url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  expect(answer).toMatchObject({
    status,
    headers: { "content-type": "application/json", connection: "close" },
  });
  expect(JSON.parse(answer.body)).toMatchObject({ code, message: expect.stringMatching(/\w/) as string });
  expect(app.counts()).toEqual({ trpcSockets: 0, chatSockets: 0, followers: 0 });
  expect((await send(url, "s", "next")).id).toBe(1);
});

test("an upgrade by another method than GET is no upgrade", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (const method of ["POST", "DELETE", "PUT", "OPTIONS"]) {
    const head = `${method} /ws/s HTTP/1.1\r\nHost: localhost\r\n${upgrade}${key}${version}Content-Length: 0\r\n\r\n`;
    const { status } = await sendRaw(url, head);
    expect.soft(status, method).toBeGreaterThanOrEqual(400);
    expect.soft(status, method).toBeLessThan(500);
  }
  expect((await readSession(url, "s")).id).toBe("s");
});

test("a handshake that has lost its Upgrade on the way is told so, at both addresses [UPGRADE-1]", async () => {
  const { url } = await startApp();
  for (const path of ["/ws/s", "/ws/nobody", "/trpc"]) {
    const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${key}${version}Connection: close\r\n\r\n`;
    const answer = await sendRaw(url, request);
    expect(answer).toMatchObject({
      status: 426,
      headers: { upgrade: "websocket", connection: "close, upgrade" },
    });
    expect(answer.body).toContain("proxy");
  }
  expect((await fetch(`${url}/trpc/health`)).status).toBe(200);
});

test("another method than GET is told what a socket's path takes [UPGRADE-1]", async () => {
  const { url } = await startApp();
  for (const method of ["POST", "DELETE"]) {
    const answer = await fetch(`${url}/ws/s`, { method });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET"]);
  }
  expect((await fetch(`${url}/ws/s`, { method: "OPTIONS" })).headers.get("allow")).toBe("GET, OPTIONS");
});

test("a plain GET of a socket's path is no upgrade, and says so [UPGRADE-1]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (const path of ["/ws/s", "/trpc", "/trpc/", "/trpc?connectionParams=1"]) {
    for (const headers of ["", "Upgrade: websocket\r\n", "Connection: Upgrade\r\n"]) {
      const request = `${path} HTTP/1.0\r\nHost: localhost\r\n${headers}\r\n`;
      const answer = await sendRaw(url, `GET ${request}`);
      expect.soft(answer, request).toMatchObject({ status: 426, headers: { upgrade: "websocket" } });
      expect.soft(JSON.parse(answer.body), request).toMatchObject({
        code: "UPGRADE_REQUIRED",
        message: expect.stringMatching(/proxy.*Upgrade/) as string,
      });
      const head = await sendRaw(url, `HEAD ${request}`);
      expect.soft(head, request).toMatchObject({ status: 426, headers: { upgrade: "websocket" }, body: "" });
    }
  }
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
  expect((await fetch(`${url}/trpc`, post)).status).toBe(404);
});

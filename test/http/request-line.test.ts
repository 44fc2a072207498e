import { describe, expect, test } from "vitest";
import { sendRaw } from "../support/raw-request.ts";
import { startApp } from "../support/start-app.ts";

const close = "Connection: close\r\n\r\n";
const handshake =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

describe("a request that no client should send gets the error shape, and the next one its answer", () => {
  test.each([
    ["a Host that is none", `GET / HTTP/1.1\r\nHost: [\r\n${close}`, 400, "BAD_REQUEST"],
    ["two Hosts", `GET / HTTP/1.1\r\nHost: localhost\r\nhost: example.com\r\n${close}`, 400, "BAD_REQUEST"],
    [
      "two Hosts that are the same",
      `GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n${close}`,
      400,
      "BAD_REQUEST",
    ],
    ["no Host", `GET / HTTP/1.1\r\n${close}`, 400, "BAD_REQUEST"],
    ["a target that is no path", `GET * HTTP/1.1\r\nHost: localhost\r\n${close}`, 400, "BAD_REQUEST"],
    ["bytes that are no HTTP", "\0\x01\x02\r\n\r\n", 400, "BAD_REQUEST"],
    [
      "headers without end",
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n${close}`,
      413,
      "PAYLOAD_TOO_LARGE",
    ],
    [
      "a proxy's CONNECT",
      `CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n${close}`,
      405,
      "METHOD_NOT_SUPPORTED",
    ],
    ["an unknown path", `GET /nothing HTTP/1.1\r\nHost: localhost\r\n${close}`, 404, "NOT_FOUND"],
    [
      "a broken percent sign in the path",
      `GET /api/sessions/% HTTP/1.1\r\nHost: localhost\r\n${close}`,
      400,
      "BAD_REQUEST",
    ],
    [
      "a broken percent sign in the query",
      `GET /api/sessions?limit=% HTTP/1.1\r\nHost: localhost\r\n${close}`,
      400,
      "BAD_REQUEST",
    ],
    [
      "percent signs that are no UTF-8",
      `GET /api/sessions/%ff HTTP/1.1\r\nHost: localhost\r\n${close}`,
      400,
      "BAD_REQUEST",
    ],
    [
      "an upgrade with a Host that is none",
      `GET /trpc HTTP/1.1\r\nHost: [\r\n${handshake}\r\n`,
      400,
      "BAD_REQUEST",
    ],
    [
      "an upgrade to an unknown path",
      `GET /api/sessions HTTP/1.1\r\nHost: localhost\r\n${handshake}\r\n`,
      404,
      "NOT_FOUND",
    ],
    [
      "an upgrade to an unknown session",
      `GET /ws/nobody HTTP/1.1\r\nHost: localhost\r\n${handshake}\r\n`,
      404,
      "NOT_FOUND",
    ],
    [
      "an upgrade to a version of the protocol that there is not",
      `GET /trpc HTTP/1.1\r\nHost: localhost\r\n${handshake.replace("13", "99")}\r\n`,
      400,
      "BAD_REQUEST",
    ],
  ])("%s", async (_name, bytes, status, code) => {
    const { url } = await startApp();
    const answer = await sendRaw(url, bytes);
    expect(answer).toMatchObject({ status, headers: { "content-type": "application/json" } });
    expect(JSON.parse(answer.body)).toEqual({ message: expect.stringMatching(/\w.*\.$/) as string, code });
    expect((await fetch(url)).status).toBe(200);
  });
});

describe("the forms of a request line that RFC 9112 has are all understood", () => {
  test.each([
    ["an address as for a proxy", `GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n${close}`, 200],
    ["the same without a path", `GET http://localhost HTTP/1.1\r\nHost: localhost\r\n${close}`, 200],
    ["the server as a whole", `OPTIONS * HTTP/1.1\r\nHost: localhost\r\n${close}`, 204],
    ["HTTP/1.0 without a Host", "GET / HTTP/1.0\r\n\r\n", 200],
    [
      "an expectation that nobody knows",
      `GET / HTTP/1.1\r\nHost: localhost\r\nExpect: wonders\r\n${close}`,
      200,
    ],
    [
      "an upgrade to something else",
      `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close, upgrade\r\nUpgrade: h2c\r\n\r\n`,
      200,
    ],
  ])("%s", async (_name, bytes, status) => {
    const { url } = await startApp();
    expect(await sendRaw(url, bytes)).toMatchObject({ status });
  });
});

test.each([
  ["PUT", "/trpc/health", "GET, HEAD, POST"],
  ["GET", "/trpc/message.add", "POST"],
  ["POST", "/trpc/health", "GET, HEAD"],
  ["POST", "/", "HEAD, GET"],
  ["PUT", "/api/sessions", "HEAD, GET, POST"],
  ["POST", "/docs", "HEAD, GET"],
  ["POST", "/openapi.json", "HEAD, GET"],
])("%s %s is 405, with the methods that there are", async (method, path, allow) => {
  const { url } = await startApp();
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url + path, { method, headers, ...(method !== "GET" && { body: "{}" }) });
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, allow]);
});

test("a path that is not percent-encoded is told so", async () => {
  const { url } = await startApp();
  const answer = await sendRaw(url, `GET /api/sessions/日本 HTTP/1.1\r\nHost: localhost\r\n${close}`);
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    400,
    { message: "The path is not valid: percent-encode whatever is not plain ASCII.", code: "BAD_REQUEST" },
  ]);
});

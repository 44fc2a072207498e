import { connect } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { sendRaw } from "../support/raw-request.ts";
import { createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const upgrade =
  "Connection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
const input = "%7B%22session_id%22%3A%22s%22%7D";
const host = "Host: localhost\r\n";
const close = `${host}Connection: close\r\n\r\n`;

const answers: [string, string, number][] = [
  ["health", `GET / HTTP/1.1\r\n${close}`, 200],
  ["a list", `GET /api/sessions HTTP/1.1\r\n${close}`, 200],
  ["a session", `GET /api/sessions/s HTTP/1.1\r\n${close}`, 200],
  ["a HEAD", `HEAD /api/sessions/s HTTP/1.1\r\n${close}`, 200],
  ["a poll", `GET /api/sessions/s/events?after=0 HTTP/1.1\r\n${close}`, 200],
  ["a deletion", `DELETE /api/sessions/other HTTP/1.1\r\n${close}`, 204],
  ["a query", `GET /trpc/health HTTP/1.1\r\n${close}`, 200],
  [
    "a batch that is streamed",
    `GET /trpc/health?batch=1 HTTP/1.1\r\ntrpc-accept: application/jsonl\r\n${close}`,
    200,
  ],
  ["an unknown procedure", `GET /trpc/nothing HTTP/1.1\r\n${close}`, 404],
  ["a preflight", `OPTIONS /api/sessions HTTP/1.1\r\n${close}`, 204],
  ["a redirect", `GET /docs/ HTTP/1.1\r\n${close}`, 307],
  ["an unknown address", `GET /nothing HTTP/1.1\r\n${close}`, 404],
  ["another method", `PUT / HTTP/1.1\r\n${close}`, 405],
  ["bytes that are no HTTP", "\0\r\n\r\n", 400],
  ["headers that are too large", `GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n${close}`, 413],
  ["a CONNECT", `CONNECT localhost:80 HTTP/1.1\r\n${close}`, 405],
  ["a refused upgrade", `GET /ws/nobody HTTP/1.1\r\n${host}${upgrade}\r\n`, 404],
  [
    "a handshake that is none",
    `GET /trpc HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    400,
  ],
  ["an upgrade that is required", `GET /ws/s HTTP/1.1\r\n${close}`, 426],
];

const everywhere = {
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "content-security-policy": expect.stringContaining("frame-ancestors 'self'") as string,
};

test.each(answers)(
  "%s is kept by no cache and loaded by no other page [ORIGIN-6]",
  async (_name, bytes, status) => {
    const { url } = await startApp();
    await createSession(url, { id: "s" });
    await createSession(url, { id: "other" });
    const answer = await sendRaw(url, bytes);
    expect(answer).toMatchObject({ status, headers: { ...everywhere, "cache-control": "no-store" } });
  },
);

test("streams have the same headers at both doors, and no proxy may change them [ORIGIN-6]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (const path of ["/api/sessions/s/events/stream", `/trpc/session.onEvent?input=${input}`]) {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write(`GET ${path} HTTP/1.1\r\n${host}Accept: text/event-stream\r\n\r\n`);
    const [head] = (await once(socket, "data")) as [Buffer];
    const headers = head.toString().split("\r\n\r\n", 1)[0]?.toLowerCase();
    for (const line of [
      "cache-control: no-store, no-transform",
      "x-accel-buffering: no",
      "cross-origin-resource-policy: same-origin",
      "x-content-type-options: nosniff",
      "content-security-policy: frame-ancestors 'self'",
    ])
      expect(headers).toContain(line);
  }
});

test.each(["/docs", "/docs/start.js", "/docs/icon.svg", "/redoc", "/openapi.json"])(
  "%s is a file: it has a tag, and no other page loads it [ORIGIN-6]",
  async (path) => {
    const { url } = await startApp();
    const { headers } = await fetch(url + path);
    expect(Object.fromEntries(headers)).toMatchObject({ ...everywhere, etag: expect.any(String) as string });
    const again = await fetch(url + path, { headers: { "if-none-match": headers.get("etag") ?? "" } });
    expect([again.status, Object.fromEntries(again.headers)]).toMatchObject([304, everywhere]);
  },
);

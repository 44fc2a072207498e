import { hostname as machineName } from "node:os";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../server/config.ts";
import { sendRaw } from "../support/raw-request.ts";
import { createSession, readSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { startServer } from "../support/start-server.ts";

const upgrade =
  "Connection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
const close = "Connection: close\r\n";
const body = '{"content":"Hello","sender":"user"}';
const json = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n${close}`;
const input = "%7B%22session_id%22%3A%22s%22%7D";

/** A request at every door. */
const doors: [string, string, string][] = [
  ["health", "GET / HTTP/1.1", close],
  ["REST", "GET /api/sessions HTTP/1.1", close],
  ["a HEAD", "HEAD /api/sessions/s HTTP/1.1", close],
  ["a write over REST", "POST /api/sessions/s/messages HTTP/1.1", json],
  ["a deletion", "DELETE /api/sessions/s HTTP/1.1", close],
  ["a poll", "GET /api/sessions/s/events?after=0 HTTP/1.1", close],
  ["REST's stream", "GET /api/sessions/s/events/stream HTTP/1.1", close],
  ["tRPC over HTTP", "GET /trpc/health HTTP/1.1", close],
  ["a batch over tRPC", "GET /trpc/health,session.list?batch=1&input=%7B%7D HTTP/1.1", close],
  ["a write over tRPC", "POST /trpc/session.delete HTTP/1.1", json],
  ["tRPC's stream", `GET /trpc/session.onEvent?input=${input} HTTP/1.1`, close],
  ["the docs", "GET /docs HTTP/1.1", close],
  ["a file of the docs", "GET /docs/start.js HTTP/1.1", close],
  ["the other docs", "GET /redoc HTTP/1.1", close],
  ["the document", "GET /openapi.json HTTP/1.1", close],
  ["nothing", "GET /nothing HTTP/1.1", close],
  ["a preflight", "OPTIONS /api/sessions HTTP/1.1", close],
  ["a preflight over tRPC", "OPTIONS /trpc/health HTTP/1.1", close],
  ["the plain WebSocket", "GET /ws/s HTTP/1.1", upgrade],
  ["a session that is not there", "GET /ws/nobody HTTP/1.1", upgrade],
  ["tRPC's WebSocket", "GET /trpc HTTP/1.1", upgrade],
  ["no WebSocket", "GET /api/sessions HTTP/1.1", upgrade],
  ["HTTP/1.0", "GET /api/sessions HTTP/1.0", ""],
];

test.each(doors)(
  "%s does not answer for another host, and says how to change that [HOST-1] [HOST-3]",
  async (_name, line, headers) => {
    const { url } = await startApp();
    await createSession(url, { id: "s" });
    const sent = headers === json ? body : "";
    const answer = await sendRaw(url, `${line}\r\nHost: rebound.example:8000\r\n${headers}\r\n${sent}`);
    expect(answer).toMatchObject({
      status: 421,
      headers: {
        "cache-control": "no-store",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
      },
    });
    if (!line.startsWith("HEAD")) {
      expect(answer.body).toContain("MISDIRECTED_REQUEST");
      expect(answer.body).toContain("rebound.example");
      expect(answer.body).toContain("PUBLIC_HOSTS");
    }
    expect(await readSession(url, "s")).toMatchObject({ id: "s", messages: [] });
  },
);

test("tRPC's client can read the refusal [HOST-1]", async () => {
  const { url } = await startApp();
  const answer = await sendRaw(url, `GET /trpc/health HTTP/1.1\r\nHost: rebound.example\r\n${close}\r\n`);
  expect(JSON.parse(answer.body)).toMatchObject({
    error: { data: { code: "MISDIRECTED_REQUEST", httpStatus: 421 } },
  });
  const none = await sendRaw(url, `GET /trpc/health HTTP/1.1\r\nHost: [\r\n${close}\r\n`);
  expect([none.status, JSON.parse(none.body)]).toMatchObject([
    400,
    { error: { data: { code: "BAD_REQUEST" } } },
  ]);
});

const own = machineName().toLowerCase();

describe.each<[string, Record<string, string>, string[], string[]]>([
  [
    "by default loopback names and addresses are let in",
    {},
    [
      "localhost",
      "localhost:8000",
      "LOCALHOST.",
      "app.localhost:3000",
      "127.0.0.1",
      "127.9.9.9:1",
      "[::1]:8000",
      "192.168.1.5:8000",
      "[fe80::1]",
      "2130706433",
    ],
    ["example.com", "localhost.example.com", "127.0.0.1.example.com", "notlocalhost", own],
  ],
  [
    "a server that listens to the network answers for the machine's name too",
    { HOST: "0.0.0.0" },
    ["localhost", own, `${own}:8000`, "10.0.0.1"],
    ["example.com", `${own}.example.com`],
  ],
  [
    "a server that listens to a name answers for it",
    { HOST: "chat.internal" },
    ["chat.internal:8000", own],
    ["internal"],
  ],
  [
    "PUBLIC_HOSTS adds names, whatever the port, and with *. all names below one",
    { PUBLIC_HOSTS: "Chat.Example.com, bücher.example:8443,*.desk.example" },
    [
      "chat.example.com",
      "CHAT.EXAMPLE.COM:8000",
      "xn--bcher-kva.example",
      "a.desk.example",
      "a.b.desk.example:1",
      "localhost",
    ],
    ["example.com", "desk.example", "evildesk.example", "chat.example.com.evil.example", own],
  ],
])("%s [HOST-2]", (_name, environment, admitted, refused) => {
  test("request by request", async () => {
    const { hosts } = readConfig(environment);
    const { url } = await startApp({ hosts });
    const statusOf = async (host: string): Promise<number> =>
      (await sendRaw(url, `GET / HTTP/1.1\r\nHost: ${host}\r\n${close}\r\n`)).status;
    for (const host of admitted) expect.soft(await statusOf(host), host).toBe(200);
    for (const host of refused) expect.soft(await statusOf(host), host).toBe(421);
  });
});

test("a client of HTTP/1.0 that names no host is answered [HOST-2]", async () => {
  const { url } = await startApp();
  expect((await sendRaw(url, "GET / HTTP/1.0\r\n\r\n")).status).toBe(200);
});

test("each refused host and origin is one warning, and their number has an end [HOST-3] [ORIGIN-3]", async () => {
  const { url, log } = await startServer();
  const warnings = () => log.filter(({ level }) => level === 40);
  const ask = (headers: string) => sendRaw(url, `GET / HTTP/1.1\r\n${headers}\r\n${close}\r\n`);
  for (const host of ["a.example", "a.example:80", "b.example"]) await ask(`Host: ${host}`);
  for (const origin of ["https://a.example", "https://a.example"])
    await ask(`Host: localhost\r\nOrigin: ${origin}`);
  await expect.poll(warnings).toHaveLength(3);
  expect(warnings()).toMatchObject([
    { level: 40, host: "a.example", msg: expect.stringContaining("PUBLIC_HOSTS") as string },
    { level: 40, host: "b.example" },
    { level: 40, origin: "https://a.example", msg: expect.stringContaining("CORS_ORIGINS") as string },
  ]);
  for (let index = 0; index < 60; index += 1) await ask(`Host: h${index}.example`);
  await expect.poll(() => warnings().at(-1)?.["msg"]).toMatch(/^More than 50/);
  expect(warnings()).toHaveLength(51);
});

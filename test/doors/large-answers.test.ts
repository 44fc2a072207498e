import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { connect } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { createSession, send } from "../support/rest.ts";
import type { RunningServer } from "../support/start-server.ts";
import { startServer } from "../support/start-server.ts";

const upgrade =
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

const trpcStream = `/trpc/session.onEvent?input=${encodeURIComponent('{"session_id":"s","lastEventId":"zz"}')}`;

async function startWith(contents: string[]): Promise<RunningServer> {
  const server = await startServer({ MAX_MESSAGE_CHARS: "2000000" });
  await createSession(server.url, { id: "s" });
  for (const content of contents) await send(server.url, "s", content);
  return server;
}

/** Asks for something and never reads any of it. */
async function askAndHang({ url }: RunningServer, path: string, headers: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).pause();
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
}

/** Reads an answer to its end, which comes after those that were asked for before. */
async function readAll(url: string): Promise<number> {
  let bytes = 0;
  const [response] = (await once(get(url), "response")) as [AsyncIterable<Buffer>];
  for await (const chunk of response) bytes += chunk.length;
  return bytes;
}

function residentMegabytes({ process }: RunningServer): number {
  const status = readFileSync(`/proc/${process.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

describe.runIf(process.platform === "linux")("answers of which a client reads nothing", () => {
  test.each([
    {
      door: "an event stream",
      path: "/api/sessions/s/events?after=zz",
      headers: "Accept: text/event-stream\r\n",
    },
    { door: "tRPC's event stream", path: trpcStream, headers: "" },
    { door: "the plain WebSocket", path: "/ws/s?events=all&after=zz", headers: upgrade },
    { door: "a poll", path: "/api/sessions/s/events?after=zz", headers: "" },
  ])(
    "40 readers with an impossible position who begin with 12 MB over $door and do not read it share that [SLOW-5]",
    async (what) => {
      const server = await startWith(["\u0001".repeat(2_000_000)]);
      const before = residentMegabytes(server);
      for (let index = 0; index < 40; index += 1) await askAndHang(server, what.path, what.headers);
      expect(await readAll(`${server.url}/api/sessions/s/events?after=zz`)).toBeGreaterThan(12_000_000);
      expect(residentMegabytes(server) - before).toBeLessThan(200);
    },
  );

  test("clients who ask for a page of 50 MB and do not read it hold a part of it [SLOW-6]", async () => {
    const server = await startWith(Array.from({ length: 500 }, () => "x".repeat(100_000)));
    const before = residentMegabytes(server);
    const page = "/api/sessions/s/messages?limit=500";
    for (let index = 0; index < 6; index += 1) await askAndHang(server, page, "");
    expect(await readAll(server.url + page)).toBeGreaterThan(50_000_000);
    expect(residentMegabytes(server) - before).toBeLessThan(200);
  });
});

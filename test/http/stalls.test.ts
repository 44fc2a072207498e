import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { ClientOptions } from "ws";
import { WebSocket } from "ws";
import { Collector } from "../support/readers.ts";
import { createSession, send } from "../support/rest.ts";
import type { RunningServer } from "../support/start-server.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const patienceMs = 600;
/** Longer than the server waits for any peer here: it has twice its patience with an HTTP connection. */
const stallMs = 1600;

function startImpatientServer(): Promise<RunningServer> {
  const script = join(import.meta.dirname, "impatient-server.ts");
  const file = join(makeTemporaryFolder(), "ai_desk.db");
  return startServer({}, { launch: [process.execPath, script, String(patienceMs), String(stallMs), file] });
}

function openSocket(
  address: string,
  options: ClientOptions = {},
): { socket: WebSocket; texts: Collector<string>; pings: Collector<Buffer>; codes: number[] } {
  const socket = new WebSocket(address, options);
  onTestFinished(() => socket.terminate());
  const codes: number[] = [];
  socket.on("close", (code) => codes.push(code));
  const texts = new Collector<string>();
  socket.on("message", (data: Buffer) => texts.add(data.toString()));
  const pings = new Collector<Buffer>();
  socket.on("ping", pings.add);
  return { socket, texts, pings, codes };
}

/** A request whose body is sent up to the middle, and the rest of it. */
async function beginRequest(
  url: string,
): Promise<{ socket: Socket; rest: string; answers: Collector<string> }> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  const answers = new Collector<string>();
  socket.on("data", (chunk: Buffer) => answers.add(chunk.toString()));
  await once(socket, "connect");
  const body = JSON.stringify({ id: "late" });
  const headers = `Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  socket.write(`POST /api/sessions HTTP/1.1\r\n${headers}\r\n\r\n${body.slice(0, 5)}`);
  return { socket, rest: body.slice(5), answers };
}

test.each([
  { how: "is stopped", begin: "SIGSTOP", end: "SIGCONT" },
  { how: "is busy", begin: "SIGUSR2", end: undefined },
] as const)(
  "what peers send while the server $how is not missed, at whatever moment that begins [ALIVE-6]",
  async ({ begin, end }) => {
    const server = await startImpatientServer();
    await createSession(server.url, { id: "s" });
    const slow = openSocket(`${server.wsUrl}/ws/s`);
    await once(slow.socket, "open");
    slow.socket.pause();
    // More than the system holds for a reader, and what the server holds beside.
    const count = 120;
    const sending = Promise.all(
      Array.from({ length: count }, () => send(server.url, "s", "x".repeat(95_000))),
    );
    const chat = openSocket(`${server.wsUrl}/ws/s`, { autoPong: false });
    const calls = openSocket(`${server.wsUrl}/trpc`, { autoPong: false });
    const pings = await Promise.all([chat, calls].map(async ({ pings: all }) => (await all.count(1))[0]));
    const announcing = openSocket(`${server.wsUrl}/trpc?connectionParams=1`);
    await once(announcing.socket, "open");
    const request = await beginRequest(server.url);

    server.process.kill(begin);
    slow.socket.resume();
    chat.socket.pong(pings[0]);
    calls.socket.pong(pings[1]);
    announcing.socket.send(JSON.stringify({ method: "connectionParams", data: null }));
    request.socket.write(request.rest);
    await wait(stallMs);
    if (end) server.process.kill(end);

    announcing.socket.send(JSON.stringify({ id: 1, method: "query", params: { path: "health" } }));
    expect((await announcing.texts.count(1))[0]).toContain('"result"');
    expect((await request.answers.count(1))[0]).toMatch(/^HTTP\/1\.1 200 /);
    await sending;
    await slow.texts.count(count);
    await Promise.all([chat, calls].map(({ pings: all }) => all.count(2)));
    expect([slow, chat, calls, announcing].map(({ codes }) => codes)).toEqual([[], [], [], []]);
  },
);

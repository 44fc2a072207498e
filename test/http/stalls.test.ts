import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { ClientOptions } from "ws";
import { WebSocket } from "ws";
import { Collector } from "../support/readers.ts";
import { createSession } from "../support/rest.ts";
import type { RunningServer } from "../support/start-server.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

/** Enough for a client on a busy machine. */
const patienceMs = 1500;
/** Longer than the server waits for any peer here: it waits twice as long for an HTTP connection. */
const stallMs = 3300;

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

/** @returns the codes that sockets were closed with. */
async function stallAmongPeers({
  begin,
  end,
}: {
  begin: NodeJS.Signals;
  end?: NodeJS.Signals;
}): Promise<number[]> {
  const server = await startImpatientServer();
  await createSession(server.url, { id: "s" });
  const chat = openSocket(`${server.wsUrl}/ws/s`, { autoPong: false });
  const calls = openSocket(`${server.wsUrl}/trpc`, { autoPong: false });
  const pings = await Promise.all([chat, calls].map(async ({ pings: all }) => (await all.count(1))[0]));
  const announcing = openSocket(`${server.wsUrl}/trpc?connectionParams=1`);
  await once(announcing.socket, "open");
  const request = await beginRequest(server.url);

  server.process.kill(begin);
  chat.socket.pong(pings[0]);
  calls.socket.pong(pings[1]);
  announcing.socket.send(JSON.stringify({ method: "connectionParams", data: null }));
  request.socket.write(request.rest);
  await wait(stallMs);
  if (end) server.process.kill(end);

  expect((await request.answers.count(1))[0]).toMatch(/^HTTP\/1\.1 200 /);
  announcing.socket.send(JSON.stringify({ id: 1, method: "query", params: { path: "health" } }));
  expect((await announcing.texts.count(1))[0]).toContain('"result"');
  for (const { socket } of [chat, calls, announcing]) {
    const heard = Promise.race([once(socket, "pong"), once(socket, "close")]);
    socket.ping();
    await heard;
  }
  return [chat, calls, announcing].flatMap(({ codes }) => codes);
}

test("what peers send while the server is stopped, or busy with one thing, is not missed, at whatever moment that begins [ALIVE-6]", async () => {
  const stalls = [
    stallAmongPeers({ begin: "SIGSTOP", end: "SIGCONT" }),
    stallAmongPeers({ begin: "SIGUSR2" }),
  ];
  expect(await Promise.all(stalls)).toEqual([[], []]);
});

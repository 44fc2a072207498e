import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { createSession, send } from "../support/rest.ts";
import type { RunningServer } from "../support/start-server.ts";
import { startServer } from "../support/start-server.ts";
import type { Envelope } from "../support/trpc-wire.ts";

/** A session whose snapshot, and whose answer, is of 1 MB. */
const session = { messages: 100, chars: 10_000 };
const frames = 300;
/** Of 300 MB that were asked for. The usual swing of a server's memory is well within it. */
const maxGrowthMiB = 100;

async function start(): Promise<RunningServer> {
  const server = await startServer();
  await createSession(server.url, { id: "s" });
  const content = "x".repeat(session.chars);
  await Promise.all(Array.from({ length: session.messages }, () => send(server.url, "s", content)));
  return server;
}

/** The memory of a process that is in use, in MiB. */
function residentMiB({ process: { pid } }: RunningServer): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024;
}

async function openPaused({ wsUrl }: RunningServer): Promise<WebSocket> {
  const socket = new WebSocket(`${wsUrl}/trpc`);
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  socket.pause();
  return socket;
}

/** How much larger the server becomes, while others are served. */
async function growthOf(server: RunningServer, before: number): Promise<number> {
  const sizes: number[] = [];
  for (let turn = 0; turn < 20; turn += 1) {
    expect((await fetch(server.url)).status).toBe(200);
    sizes.push(residentMiB(server) - before);
  }
  return Math.max(...sizes);
}

test("a client that asks and does not read is asked to wait, and gets every answer once it reads [SLOW-4] [SLOW-3]", async () => {
  const server = await start();
  const socket = await openPaused(server);
  const before = residentMiB(server);
  for (let id = 1; id <= frames; id += 1) {
    const params = { path: "session.get", input: { session_id: "s" } };
    socket.send(JSON.stringify({ id, method: "query", params }));
  }
  expect(await growthOf(server, before)).toBeLessThan(maxGrowthMiB);
  const answered: Envelope["id"][] = [];
  const all = new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer) => {
      answered.push((JSON.parse(data.toString()) as Envelope).id);
      if (answered.length === frames) resolve();
    });
  });
  socket.resume();
  await all;
  expect(new Set(answered).size).toBe(frames);
});

test("a socket with many subscriptions that does not read is no more to hold than one with few [SLOW-1] [SLOW-3]", async () => {
  const server = await start();
  const socket = await openPaused(server);
  const before = residentMiB(server);
  for (let id = 1; id <= frames; id += 1) {
    const params = { path: "session.onEvent", input: { session_id: "s" } };
    socket.send(JSON.stringify({ id, method: "subscription", params }));
  }
  expect(await growthOf(server, before)).toBeLessThan(maxGrowthMiB);
  const caughtUp = new Set<Envelope["id"]>();
  const all = new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer) => {
      if (data.length > 1000) return;
      const { id, result } = JSON.parse(data.toString()) as Envelope;
      if (JSON.stringify(result).includes("caught_up")) caughtUp.add(id);
      if (caughtUp.size === frames) resolve();
    });
  });
  socket.resume();
  await all;
});

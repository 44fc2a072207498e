import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
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

test("a socket that asks for 300 MB in many calls and does not read is read no further, delays nobody, and gets every answer once it reads [SLOW-4] [SLOW-3]", async () => {
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

test("a socket with many subscriptions that does not read takes no more memory than a socket with few, and delays nobody [SLOW-1] [SLOW-3]", async () => {
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

const chars = 1_000_000;

test("a slow socket that goes away leaves none of its subscriptions behind [ALIVE-2]", async () => {
  const { app, url, wsUrl } = await startApp({ maxMessageChars: chars });
  await createSession(url, { id: "s" });
  const socket = new WebSocket(`${wsUrl}/trpc`);
  await once(socket, "open");
  const params = { path: "session.onEvent", input: { session_id: "s", lastEventId: "0" } };
  for (const id of [1, 2, 3]) socket.send(JSON.stringify({ id, method: "subscription", params }));
  await once(socket, "message");
  socket.pause();
  for (let index = 0; index < 30; index += 1) await send(url, "s", "x".repeat(chars));
  socket.terminate();
  await expect.poll(() => app.counts()).toEqual({ trpcSockets: 0, chatSockets: 0, followers: 0 });
});

test("a call that waits for its turn on a socket that goes away is not begun any more [ALIVE-2]", async () => {
  const { app, url, wsUrl } = await startApp({ maxMessageChars: chars });
  await createSession(url, { id: "s" });
  for (let index = 0; index < 10; index += 1) await send(url, "s", "x".repeat(chars));
  const socket = new WebSocket(`${wsUrl}/trpc`);
  await once(socket, "open");
  socket.pause();
  const ask = (id: number, method: string, path: string): void =>
    socket.send(JSON.stringify({ id, method, params: { path, input: { session_id: "s" } } }));
  for (let id = 1; id <= 5; id += 1) ask(id, "query", "session.get");
  for (let id = 6; id <= 10; id += 1) ask(id, "subscription", "session.onEvent");
  // By the time that this is answered the server has read the frames.
  for (let turn = 0; turn < 10; turn += 1) await fetch(url);
  socket.terminate();
  await expect.poll(() => app.counts().trpcSockets).toBe(0);
  for (let turn = 0; turn < 1000; turn += 1) await nextTurn();
  expect(app.counts().followers).toBe(0);
});

import { once } from "node:events";
import { connect } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { call, createSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";

/** Far more than what the two ends of a connection hold in their buffers. */
const backlog = { messages: 30, chars: 1_000_000 };

const input = { session_id: "s", lastEventId: "0" };

/**
 * Writes a backlog while a reader does not read, and then edits what has been written last. Who was not fed from memory
 * gets the edited form alone, because it reads the log when its turn comes.
 */
async function writeBacklogAndEdit({ url }: RunningApp): Promise<void> {
  const content = "x".repeat(backlog.chars);
  let last = 0;
  for (let index = 0; index < backlog.messages; index += 1) last = (await send(url, "s", content)).id;
  await call(url, "PATCH", `/api/sessions/s/messages/${last}`, { content: "edited later" });
}

async function start(): Promise<RunningApp> {
  const app = await startApp({ maxMessageChars: backlog.chars });
  await createSession(app.url, { id: "s" });
  return app;
}

test("a slow reader over SSE is not fed from memory, and gets it all from the log [SLOW-1]", async () => {
  const app = await start();
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  const path = `/trpc/session.onEvent?input=${encodeURIComponent(JSON.stringify(input))}`;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`);
  await once(socket, "readable");
  await writeBacklogAndEdit(app);
  let tail = "";
  let size = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    size += chunk.length;
    tail = (tail + chunk.toString("latin1")).slice(-10_000);
    if (tail.includes("edited later")) break;
  }
  expect(size).toBeGreaterThan((backlog.messages - 1) * backlog.chars);
  expect(size).toBeLessThan(backlog.messages * backlog.chars);
  await expect.poll(() => app.app.counts().followers).toBe(0);
});

test("a slow reader over tRPC's WebSocket is not fed from memory, and gets it all from the log [SLOW-1]", async () => {
  const app = await start();
  const socket = new WebSocket(`${app.wsUrl}/trpc`);
  await once(socket, "open");
  socket.send(JSON.stringify({ id: 1, method: "subscription", params: { path: "session.onEvent", input } }));
  await once(socket, "message");
  socket.pause();
  await writeBacklogAndEdit(app);
  let size = 0;
  const done = new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer) => {
      size += data.length;
      if (data.includes("edited later")) resolve();
    });
  });
  socket.resume();
  await done;
  expect(size).toBeLessThan(backlog.messages * backlog.chars);
  socket.close();
});

test("a slow reader over tRPC's WebSocket that goes away leaves nothing behind [ALIVE-2]", async () => {
  const app = await start();
  const socket = new WebSocket(`${app.wsUrl}/trpc`);
  await once(socket, "open");
  for (const id of [1, 2, 3]) {
    socket.send(JSON.stringify({ id, method: "subscription", params: { path: "session.onEvent", input } }));
  }
  await once(socket, "message");
  socket.pause();
  await writeBacklogAndEdit(app);
  socket.terminate();
  await expect.poll(() => app.app.counts()).toEqual({ trpcSockets: 0, chatSockets: 0, followers: 0 });
});

test("what waits for its turn on a socket that goes away is not begun any more [ALIVE-2]", async () => {
  const app = await start();
  const content = "x".repeat(backlog.chars);
  for (let index = 0; index < 10; index += 1) await send(app.url, "s", content);
  const socket = new WebSocket(`${app.wsUrl}/trpc`);
  await once(socket, "open");
  socket.pause();
  const ask = (id: number, method: string, path: string): void =>
    socket.send(JSON.stringify({ id, method, params: { path, input: { session_id: "s" } } }));
  for (let id = 1; id <= 5; id += 1) ask(id, "query", "session.get");
  for (let id = 6; id <= 10; id += 1) ask(id, "subscription", "session.onEvent");
  // By the time that this is answered the server has read the frames.
  for (let turn = 0; turn < 10; turn += 1) await fetch(app.url);
  socket.terminate();
  await expect.poll(() => app.app.counts().trpcSockets).toBe(0);
  for (let turn = 0; turn < 1000; turn += 1) await nextTurn();
  expect(app.app.counts().followers).toBe(0);
});

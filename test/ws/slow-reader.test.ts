import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Frame } from "../support/readers.ts";
import { Collector, openChat } from "../support/readers.ts";
import { call, createSession, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

test("a client that does not read is not fed from memory: what it gets later comes from the log as it is then [SLOW-1]", async () => {
  const chars = 1_000_000;
  const { app, url, wsUrl } = await startApp({ maxMessageChars: chars });
  await createSession(url, { id: "s" });
  const paused = new WebSocket(`${wsUrl}/ws/s`);
  const got: NonNullable<Frame["message"]>[] = [];
  await once(paused, "open");
  paused.pause();
  const other = await openChat(wsUrl, "s");

  for (let index = 0; index < 30; index += 1) await send(url, "s", "x".repeat(chars));
  await other.frames.count(30);
  // Of these the paused client would have the first forms, had they been waiting for it in memory.
  await call(url, "DELETE", "/api/sessions/s/messages/28");
  await call(url, "PATCH", "/api/sessions/s/messages/29", { content: "edited" });
  await send(url, "s", "last");

  const caughtUp = new Promise<void>((resolve) => {
    paused.on("message", (data: Buffer) => {
      const { message } = JSON.parse(data.toString()) as Frame;
      if (message) got.push(message);
      if (message?.content === "last") resolve();
    });
  });
  paused.resume();
  await caughtUp;
  const ids = got.map(({ id }) => id);
  expect(ids).toEqual([...Array.from({ length: 27 }, (_, index) => index + 1), 29, 30, 31]);
  expect(got.at(-3)?.content).toBe("edited");
  paused.close();
  other.socket.close();
  await expect.poll(() => app.counts().followers).toBe(0);
});

test("a client that sends without reading its errors is not read any further, and harms nobody [SLOW-4] [SLOW-3]", async () => {
  const { app, url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const flood = new WebSocket(`${wsUrl}/ws/s`);
  await once(flood, "open");
  flood.pause();
  const bad = JSON.stringify({ content: 5, padding: "x".repeat(1000) });
  for (let index = 0; index < 20_000; index += 1) flood.send(bad);
  const { frames, socket } = await openChat(wsUrl, "s");
  await send(url, "s", "Hello");
  expect(await frames.count(1)).toMatchObject([{ message: { content: "Hello" } }]);
  flood.terminate();
  socket.close();
  await expect.poll(() => app.counts().chatSockets, { timeout: 4000 }).toBe(0);
  expect((await readSession(url, "s")).messages).toHaveLength(1);
});

test("frames beyond what may wait are all stored, in their order", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const socket = new WebSocket(`${wsUrl}/ws/s`);
  const frames = new Collector<Frame>();
  socket.on("message", (data: Buffer) => frames.add(JSON.parse(data.toString()) as Frame));
  await once(socket, "open");
  const contents = Array.from({ length: 1000 }, (_, index) => `${index}`);
  for (const content of contents) socket.send(JSON.stringify({ content, sender: "user" }));
  const got = await frames.count(1000);
  expect(got.map(({ message }) => message?.content)).toEqual(contents);
  socket.close();
});

test("the answer to a repeated key comes after the earlier messages that a client still lacks [RESUME-6] [KEY-1]", async () => {
  const chars = 1_000_000;
  const { app, url, wsUrl } = await startApp({ maxMessageChars: chars });
  await createSession(url, { id: "s" });
  const count = 20;
  const content = (index: number): string => `${index} ${"x".repeat(chars - 10)}`;
  const { socket: first } = await openChat(wsUrl, "s");
  for (let index = 1; index <= count; index += 1) {
    first.send(JSON.stringify({ content: content(index), sender: "user", key: `key ${index}` }));
  }
  await expect.poll(async () => (await readSession(url, "s")).messages.length).toBe(count);
  first.close();

  const back = new WebSocket(`${wsUrl}/ws/s?after=0`);
  const ids: number[] = [];
  const areBothShown = new Promise<void>((resolve) => {
    back.on("message", (data: Buffer) => {
      const { message } = JSON.parse(data.toString()) as Frame;
      if (message) ids.push(message.id);
      if (ids.filter((id) => id === count).length === 2) resolve();
    });
  });
  await once(back, "open");
  back.send(JSON.stringify({ content: content(count), sender: "user", key: `key ${count}` }));
  await areBothShown;
  expect(ids).toEqual([...Array.from({ length: count }, (_, index) => index + 1), count]);
  back.close();
  await expect.poll(() => app.counts().followers).toBe(0);
});

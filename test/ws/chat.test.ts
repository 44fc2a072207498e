import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Frame } from "../support/readers.ts";
import { openChat } from "../support/readers.ts";
import { call, createSession, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const ids = (frames: { message?: { id: number } }[]): number[] =>
  frames.flatMap(({ message }) => message?.id ?? []);

test("the sender gets its own message too, with its key", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { socket, frames } = await openChat(wsUrl, "s");
  socket.send(JSON.stringify({ content: "Hello", sender: "user", key: "mine", session_id: "other", id: 9 }));
  const [frame] = await frames.count(1);
  expect(frame).toEqual({
    session_id: "s",
    message: {
      id: 1,
      content: "Hello",
      sender: "user",
      timestamp: expect.any(String) as string,
      key: "mine",
    },
  });
  socket.close();
});

test("frames that are sent at once, and are more than may wait, are all stored and shown in their order", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { socket, frames } = await openChat(wsUrl, "s");
  const contents = Array.from({ length: 1000 }, (_, index) => `message ${index}`);
  for (const content of contents) socket.send(JSON.stringify({ content, sender: "user" }));
  expect((await frames.count(1000)).map(({ message }) => message?.content)).toEqual(contents);
  expect((await readSession(url, "s")).messages.map(({ content }) => content)).toEqual(contents);
  socket.close();
});

test.each(["messages", "all"])(
  "with events=%s a name in the query that says nothing is passed over",
  async (events) => {
    const { url, wsUrl } = await startApp();
    await createSession(url, { id: "s" });
    const names = ["utm_source", "constructor", "__proto__", "toString"].map((name) => `${name}=x`);
    const { socket } = await openChat(wsUrl, "s", `?events=${events}&${names.join("&")}`);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.close();
  },
);

test("a client without `after` is shown only what comes, and a client with `after` is first shown what it missed [RESUME-6]", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  for (const content of ["one", "two", "three"]) await send(url, "s", content);
  const chats = await Promise.all(
    ["", "?after=0", "?after=2", "?after=3", "?after=999"].map((query) => openChat(wsUrl, "s", query)),
  );
  await send(url, "s", "four");
  const seen = await Promise.all(
    chats.map(async ({ socket, frames }) => {
      const got = ids(await frames.until((items) => items.at(-1)?.message?.id === 4));
      socket.close();
      return got;
    }),
  );
  expect(seen).toEqual([[4], [1, 2, 3, 4], [3, 4], [4], [4]]);
});

test("what was edited while a client was away is not sent again for the id it comes back with, but for the position [RESUME-6]", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  for (const content of ["one", "two", "three"]) await send(url, "s", content);
  await call(url, "PATCH", "/api/sessions/s/messages/1", { content: "one, edited" });
  const byId = await openChat(wsUrl, "s", "?after=2");
  const byPosition = await openChat(wsUrl, "s", "?events=all&after=3");
  await send(url, "s", "four");
  expect(ids(await byId.frames.until((items) => items.at(-1)?.message?.id === 4))).toEqual([3, 4]);
  const events = await byPosition.frames.count(3);
  expect(events.map((frame) => (frame as { event?: { seq: number } }).event?.seq)).toEqual([4, 4, 5]);
  byId.socket.close();
  byPosition.socket.close();
});

test("attaching while others write neither loses nor doubles a message [RESUME-6]", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  await Promise.all(Array.from({ length: 150 }, () => send(url, "s", "before")));
  const writes = Array.from({ length: 60 }, () => send(url, "s", "meanwhile"));
  const chats = await Promise.all(Array.from({ length: 10 }, () => openChat(wsUrl, "s", "?after=20")));
  await Promise.all(writes);
  const expected = Array.from({ length: 190 }, (_, index) => index + 21);
  for (const { socket, frames } of chats) {
    expect(ids(await frames.until((items) => ids(items).includes(210)))).toEqual(expected);
    socket.close();
  }
});

test("an edited message comes again under its id", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { socket, frames } = await openChat(wsUrl, "s");
  const { id } = await send(url, "s", "Helo");
  await frames.count(1);
  await call(url, "PATCH", `/api/sessions/s/messages/${id}`, { content: "Hello" });
  expect((await frames.count(2))[1]).toMatchObject({ message: { id, content: "Hello" } });
  socket.close();
});

test("a binary frame is answered with an error and 1003", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { socket, frames, closed } = await openChat(wsUrl, "s");
  socket.send(new TextEncoder().encode('{"content":"Hello","sender":"user"}'));
  expect((await closed).code).toBe(1003);
  expect(frames.items).toMatchObject([{ error: { code: "BAD_REQUEST" } }]);
  expect((await readSession(url, "s")).messages).toEqual([]);
});

test("a frame that is too large closes the socket with 1009", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { socket, closed } = await openChat(wsUrl, "s");
  socket.send("x".repeat(6 * 100_000 + 64 * 1024 + 1));
  expect((await closed).code).toBe(1009);
  expect((await fetch(url)).status).toBe(200);
});

test("the sockets of a session that is deleted are closed with 4504, and others are not [DELETED-1]", async () => {
  const { app, url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  await createSession(url, { id: "t" });
  const gone = await openChat(wsUrl, "s");
  const kept = await openChat(wsUrl, "t");
  await call(url, "DELETE", "/api/sessions/s");
  expect((await gone.closed).code).toBe(4504);
  await send(url, "t", "still here");
  await kept.frames.count(1);
  expect(app.counts().followers).toBe(1);
  kept.socket.close();
});

test("a repeat of a key over the plain WebSocket is answered with the first message, to its sender alone [KEY-1]", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const sender = await openChat(wsUrl, "s");
  const other = await openChat(wsUrl, "s");
  const frame = JSON.stringify({ content: "Hello", sender: "user", key: "k" });
  sender.socket.send(frame);
  const [first] = await sender.frames.count(1);
  sender.socket.send(frame);
  sender.socket.send(JSON.stringify({ content: "Next", sender: "user" }));
  const got = await sender.frames.until((all) => all.some(({ message }) => message?.content === "Next"));
  expect(got.slice(0, 2)).toEqual([first, first]);
  expect(got).toHaveLength(3);
  expect(await other.frames.count(2)).toEqual([first, got[2]]);
  sender.socket.close();
  other.socket.close();
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
  const shown: number[] = [];
  const areBothShown = new Promise<void>((resolve) => {
    back.on("message", (data: Buffer) => {
      const { message } = JSON.parse(data.toString()) as Frame;
      if (message) shown.push(message.id);
      if (shown.filter((id) => id === count).length === 2) resolve();
    });
  });
  await once(back, "open");
  back.send(JSON.stringify({ content: content(count), sender: "user", key: `key ${count}` }));
  await areBothShown;
  expect(shown).toEqual([...Array.from({ length: count }, (_, index) => index + 1), count]);
  back.close();
  await expect.poll(() => app.counts().followers).toBe(0);
});

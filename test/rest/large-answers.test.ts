import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Message, Session } from "../../client-sdk/src/index.ts";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession as createSessionAt } from "../../server/domain/create-session.ts";
import { openDatabase } from "../../db/sqlite/open-database.ts";
import { createSqliteStore } from "../../db/sqlite/sqlite-store.ts";
import { servicesOn } from "../support/services.ts";
import { call, createSession, documented, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";

/** Writes to the same file as the app, as another process would, but without waiting for the disk at each commit. */
async function fill(
  { databaseFile }: RunningApp,
  write: (services: Parameters<typeof addMessage>[0]) => Promise<void>,
): Promise<void> {
  const database = await openDatabase({ file: databaseFile, synchronous: "normal" });
  await write({ ...servicesOn(createSqliteStore(database)), maxMessageChars: 1_000_000 });
  await database.close();
}

/** Begins to read an answer and stops after its first bytes. */
async function openSlowly(url: string, path: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  await once(socket, "readable");
  return socket;
}

async function readRest(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test("hundreds of sessions and a session of thousands of messages come whole and in order", async () => {
  const app = await startApp();
  const expected: Record<string, string[]> = {};
  await fill(app, async (services) => {
    for (let index = 0; index < 300; index += 1) {
      const id = `session ${index}`;
      await createSessionAt(services, { id });
      const contents = Array.from(
        { length: index === 150 ? 3000 : index % 4 },
        (_, each) => `"${each}" \\ é😀\u2028`,
      );
      for (const content of contents)
        await addMessage(services, { session_id: id, content, sender: "assistant" });
      expected[id] = contents;
    }
  });
  const sessions = (await (await fetch(`${app.url}/api/sessions`)).json()) as Session[];
  expect(sessions.map(({ id }) => id)).toEqual(Object.keys(expected).toReversed());
  for (const { id, messages } of sessions) {
    expect(messages.map(({ content }) => content)).toEqual(expected[id]);
    expect(messages.every(({ session_id }) => session_id === id)).toBe(true);
  }
  const large = (await (await fetch(`${app.url}/api/sessions/session%20150`)).json()) as Session;
  expect(large).toEqual(sessions.find(({ id }) => id === "session 150"));

  // The same in pages, each address resolved against the one before.
  const paged: Message[] = [];
  let next: string | undefined = `${app.url}/api/sessions/session%20150/messages?limit=500`;
  let pages = 0;
  while (next !== undefined) {
    const answer: Response = await fetch(next);
    paged.push(...((await answer.json()) as Message[]));
    const link: string | undefined = /^<([^>]*)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
    next = link === undefined ? undefined : new URL(link, next).href;
    pages += 1;
  }
  expect(pages).toBe(6);
  expect(paged.map(documented)).toEqual(large.messages);
});

test.each(["/api/sessions", "/api/sessions/s"])(
  "%s is read from the database as its client reads it: nothing of it waits in memory, and others are served",
  async (path) => {
    const app = await startApp({ maxMessageChars: 200_000 });
    await createSession(app.url, { id: "s" });
    await fill(app, async (services) => {
      const content = "x".repeat(200_000);
      for (let index = 0; index < 250; index += 1) {
        await addMessage(services, { session_id: "s", content, sender: "user" });
      }
    });
    const slow = await openSlowly(app.url, path);
    expect((await send(app.url, "s", "meanwhile")).id).toBe(251);
    await call(app.url, "PATCH", "/api/sessions/s/messages/250", { content: "edited meanwhile" });
    await call(app.url, "DELETE", "/api/sessions/s/messages/249");
    const text = await readRest(slow);
    // Had the answer been made before its client read it, it would hold these two as they were at first.
    expect(text).toContain("edited meanwhile");
    // It came after the moment at which the session was read.
    expect(text).not.toContain('"content":"meanwhile"');
    expect(text).not.toContain('"id":249,');
    expect(text.length).toBeGreaterThan(248 * 200_000);
  },
);

test("the whole list by activity has each session once, also one that becomes active while it is read [LIST-4]", async () => {
  const app = await startApp({ maxMessageChars: 200_000 });
  await fill(app, async (services) => {
    for (let index = 0; index < 600; index += 1) await createSessionAt(services, { id: `${index}` });
    const content = "x".repeat(200_000);
    for (let index = 0; index < 250; index += 1) {
      await addMessage(services, { session_id: "599", content, sender: "user" });
    }
  });
  const answer = await fetch(`${app.url}/api/sessions?order=activity`);
  // Its body is not read yet, and is larger than what waits between the two ends.
  await send(app.url, "0", "active now");
  const sessions = (await answer.json()) as Session[];
  const expected = Array.from({ length: 600 }, (_, index) => `${599 - index}`);
  expect(sessions.map(({ id }) => id)).toEqual(expected);
});

test("while as much waits for slow clients as may, a large answer is 503 before it begins, and a small one comes [LIMIT-5]", async () => {
  const app = await startApp({
    maxMessageChars: 200_000,
    bounds: { maxAnswerBytes: 262_144, maxBufferedBytes: 1_048_576 },
  });
  await createSession(app.url, { id: "small" });
  await createSession(app.url, { id: "large" });
  await fill(app, async (services) => {
    const content = "x".repeat(200_000);
    // A kernel may hold 37 MB for a client on loopback that does not read.
    for (let index = 0; index < 250; index += 1) {
      await addMessage(services, { session_id: "large", content, sender: "user" });
    }
  });
  const slow: Socket[] = [];
  onTestFinished(() => slow.forEach((socket) => void socket.destroy()));
  const isRefused = async (): Promise<boolean> => {
    const answer = await fetch(`${app.url}/api/sessions/large`);
    if (answer.status === 200) {
      await answer.body?.cancel();
      return false;
    }
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await answer.json()).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    return true;
  };
  // Of many that begin at once, others wait for the room of each that is cut because it stands still.
  const opened = Array.from({ length: 8 }, () => openSlowly(app.url, "/api/sessions/large"));
  slow.push(...(await Promise.all(opened)));
  await expect.poll(isRefused, { interval: 0 }).toBe(true);
  expect((await fetch(`${app.url}/api/sessions/small`)).status).toBe(200);
  for (const socket of slow.splice(0)) socket.destroy();
  await expect.poll(isRefused).toBe(false);
});

test("a client that goes away in the middle of a large answer is no failure of the server", async () => {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  await fill(app, async (services) => {
    const content = "x".repeat(100_000);
    for (let index = 0; index < 150; index += 1)
      await addMessage(services, { session_id: "s", content, sender: "user" });
  });
  for (const path of ["/api/sessions", "/api/sessions/s", "/trpc/session.list?input=%7B%7D"]) {
    const slow = await openSlowly(app.url, path);
    slow.resetAndDestroy();
    await once(slow, "close");
  }
  const head = await fetch(`${app.url}/api/sessions`, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  expect((await fetch(app.url)).status).toBe(200);
});

test.each([
  ["a page of messages", "/api/sessions/s/messages?limit=500"],
  ["a session", "/api/sessions/s"],
  ["a poll", "/api/sessions/s/events"],
])("no character of %s is cut in two where the answer goes out in parts", async (_name, path) => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  // Of two UTF-16 code units each, and in one of the two messages any cut falls between them.
  const contents = ["", "x"].map((start) => start + "🙂".repeat(49_999));
  for (const content of contents) await send(url, "s", content);
  const text = await (await fetch(url + path)).text();
  for (const content of contents) expect(text.includes(`"${content}"`)).toBe(true);
});

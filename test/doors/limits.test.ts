import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { openChat } from "../support/readers.ts";
import { createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { openTrpcSocket } from "../support/trpc-wire.ts";
import type { Address, Following, LiveDoor } from "./live-door.ts";
import { liveDoors } from "./live-doors.ts";
import { seenUpTo } from "./stream-rules.ts";

function followWith(door: LiveDoor, server: Address, session_id: string): Following {
  const following = door.follow(server, { session_id });
  onTestFinished(() => following.stop());
  return following;
}

function isLetIn({ events, ended }: Following): Promise<boolean> {
  return Promise.race([events.count(1).then(() => true), ended.then(() => false)]);
}

describe.each(liveDoors)("over $name", (door) => {
  test("a session has as many readers as it may, over all doors, and the next is told that they are too many [LIMIT-2]", async () => {
    const app = await startApp({ maxReadersPerSession: liveDoors.length });
    await createSession(app.url, { id: "s" });
    await createSession(app.url, { id: "other" });
    const readers = liveDoors.map((each) => followWith(each, app, "s"));
    await Promise.all(readers.map(({ events }) => events.count(1)));

    const refused = followWith(door, app, "s");
    expect(await refused.ended).toBe(door.ends.tooMany);
    expect(refused.events.items).toEqual([]);
    await followWith(door, app, "other").events.count(1);

    await send(app.url, "s", "The others go on.");
    await Promise.all(readers.map((reader) => seenUpTo(reader, 1)));
    const [, , left] = readers;
    left?.stop();
    await left?.ended;
    // The server learns of it a moment later.
    await expect.poll(() => isLetIn(followWith(door, app, "s"))).toBe(true);
  });
});

test("the plain WebSocket that asks for messages alone is a reader too [LIMIT-2]", async () => {
  const { app, url, wsUrl } = await startApp({ maxReadersPerSession: 1 });
  await createSession(url, { id: "s" });
  const first = await openChat(wsUrl, "s");
  await expect.poll(() => app.counts().followers).toBe(1);
  const second = await openChat(wsUrl, "s", "?after=0");
  expect((await second.closed).code).toBe(4005);
  await send(url, "s", "The first goes on.");
  await first.frames.count(1);
  first.socket.close();
});

test("the plain WebSocket is a reader while it is still replaying, too [LIMIT-2]", async () => {
  const chars = 1_000_000;
  const { app, url, wsUrl } = await startApp({ maxReadersPerSession: 1, maxMessageChars: chars });
  await createSession(url, { id: "s" });
  // More than the two ends of a connection hold.
  for (let index = 0; index < 20; index += 1) await send(url, "s", "x".repeat(chars));
  const first = new WebSocket(`${wsUrl}/ws/s?after=0`);
  onTestFinished(() => first.terminate());
  await once(first, "open");
  first.pause();
  const second = await openChat(wsUrl, "s", "?after=0");
  expect((await second.closed).code).toBe(4005);
  expect(second.frames.items).toEqual([]);
  expect(app.counts().followers).toBe(1);
});

test("a tRPC socket has as many subscriptions as it may, and goes on when there is one too many [LIMIT-1]", async () => {
  const { app, url, wsUrl } = await startApp({ maxSubscriptionsPerSocket: 3 });
  await createSession(url, { id: "s" });
  const { socket, call, frames } = await openTrpcSocket(wsUrl);
  const subscribe = () => call("subscription", "session.onEvent", { session_id: "s" });
  const refusal = { error: { data: { code: "TOO_MANY_REQUESTS", httpStatus: 429 } } };
  const ended = (id: number | string | null | undefined) =>
    frames.until((all) => all.some((each) => each.id === id && each.result?.type === "stopped"));

  const [first] = [await subscribe(), await subscribe()];
  await call("subscription", "session.onListEvent");
  await expect.poll(() => app.counts().followers).toBe(3);
  for (const path of ["session.onEvent", "session.onListEvent"]) {
    const { id } = await call("subscription", path, { session_id: "s" });
    const all = await frames.until((some) => some.some((each) => each.id === id && each.error));
    expect(all.find((each) => each.id === id && each.error)).toMatchObject(refusal);
  }
  // A subscription that is refused for another reason takes no place.
  const { id: unknown } = await call("subscription", "session.onEvent", { session_id: "nobody" });
  await frames.until((some) => some.some((each) => each.id === unknown && each.error));
  expect((await call("query", "health")).result).toBeDefined();
  expect(app.counts()).toEqual({ trpcSockets: 1, chatSockets: 0, followers: 3 });

  socket.send(JSON.stringify({ id: first?.id, method: "subscription.stop" }));
  await ended(first?.id);
  await subscribe();
  await expect.poll(() => app.counts().followers).toBe(3);
  const other = await openTrpcSocket(wsUrl);
  await other.call("subscription", "session.onEvent", { session_id: "s" });
  await expect.poll(() => app.counts().followers).toBe(4);
  other.socket.close();
  socket.close();
});

async function beginSubscription({
  call,
  frames,
}: Awaited<ReturnType<typeof openTrpcSocket>>): Promise<string> {
  const { id } = await call("subscription", "session.onEvent", { session_id: "s" });
  const all = await frames.until((some) => some.some((each) => each.id === id));
  return all.find((each) => each.id === id)?.error?.data.code ?? "started";
}

test("beyond ten a socket the subscriptions of all sockets have their share of the memory, and give it back [LIMIT-1]", async () => {
  const { app, url, wsUrl } = await startApp({
    maxSubscriptionsPerSocket: 100,
    bounds: { maxBufferedBytes: 5 * 4096 },
  });
  await createSession(url, { id: "s" });
  const first = await openTrpcSocket(wsUrl);
  for (let count = 0; count < 15; count += 1) expect(await beginSubscription(first)).toBe("started");
  expect(await beginSubscription(first)).toBe("TOO_MANY_REQUESTS");
  const second = await openTrpcSocket(wsUrl);
  for (let count = 0; count < 10; count += 1) expect(await beginSubscription(second)).toBe("started");
  expect(await beginSubscription(second)).toBe("TOO_MANY_REQUESTS");
  first.socket.close();
  await expect.poll(() => app.counts().followers).toBe(10);
  expect(await beginSubscription(second)).toBe("started");
  second.socket.close();
});

test("the subscriptions of one socket to a session have one of its places together [LIMIT-2]", async () => {
  const { app, url, wsUrl } = await startApp({ maxReadersPerSession: 2, maxSubscriptionsPerSocket: 10 });
  await createSession(url, { id: "s" });
  const many = await openTrpcSocket(wsUrl);
  for (let count = 0; count < 10; count += 1) {
    await many.call("subscription", "session.onEvent", { session_id: "s" });
  }
  await expect.poll(() => app.counts().followers).toBe(10);
  const second = await openChat(wsUrl, "s");
  await expect.poll(() => app.counts().followers).toBe(11);
  const third = await openTrpcSocket(wsUrl);
  const { id } = await third.call("subscription", "session.onEvent", { session_id: "s" });
  const refused = (await third.frames.until((all) => all.some((each) => each.id === id && each.error))).find(
    ({ error }) => error,
  );
  expect(refused?.error?.data.code).toBe("TOO_MANY_REQUESTS");
  many.socket.close();
  await expect.poll(() => app.counts().followers).toBe(1);
  await third.call("subscription", "session.onEvent", { session_id: "s" });
  await expect.poll(() => app.counts().followers).toBe(2);
  third.socket.close();
  second.socket.close();
});

test("a hundred polls that are pipelined on one connection have one place at a time [LIMIT-2]", async () => {
  const { app, url } = await startApp({ maxReadersPerSession: 2 });
  await createSession(url, { id: "s" });
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.write("GET /api/sessions/s/events?after=0&wait=30 HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100));
  await expect.poll(() => app.counts().followers).toBe(1);
  const other = await fetch(`${url}/api/sessions/s/events?after=0`);
  expect(other.status).toBe(200);
});

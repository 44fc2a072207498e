import { expect, onTestFinished, test } from "vitest";
import { applyEvent, emptySession } from "../../client-sdk/src/chat/apply-event.ts";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import { Collector } from "../support/readers.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { createSocketClient } from "../support/trpc-clients.ts";
import { openTrpcSocket } from "../support/trpc-wire.ts";

/** The messages that a reader ends up with, if it does as the events say. */
function apply(events: LiveEvent[]): Map<number, string> {
  const { messages } = events.reduce(applyEvent, emptySession);
  return new Map(messages.map(({ id, content }) => [id, content]));
}

test("a subscription whose socket is cut again and again misses nothing and gets nothing twice [RESUME-1] [RESUME-3]", async () => {
  const { app, url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { client, sockets, close } = createSocketClient(wsUrl);
  onTestFinished(close);
  const events = new Collector<LiveEvent>();
  const subscription = client.session.onEvent.subscribe(
    { session_id: "s" },
    { onData: ({ data }) => events.add(data) },
  );
  await events.until((all) => all.some(({ type }) => type === "caught_up"));

  for (let round = 0; round < 8; round += 1) {
    await Promise.all(Array.from({ length: 5 }, (_, index) => send(url, "s", `${round}.${index}`)));
    sockets.at(-1)?.terminate();
    const { id } = await send(url, "s", "to be edited");
    await call(url, "PATCH", `/api/sessions/s/messages/${id}`, { content: `edited ${round}` });
    const last = await send(url, "s", `last of ${round}`);
    await events.until((all) =>
      all.some((event) => event.type === "message" && event.message.id === last.id),
    );
  }
  expect(sockets.length).toBeGreaterThan(8);

  const got = events.items;
  const changes = got.filter(({ type }) => type !== "caught_up");
  const seqs = changes.map(({ seq }) => seq);
  expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  expect(got.filter(({ type }) => type === "snapshot" || type === "reset")).toHaveLength(1);
  for (const [index, event] of got.entries()) {
    if (index > 0) expect(event.prev).toBe(got[index - 1]?.seq);
  }
  const stored = await (await fetch(`${url}/api/sessions/s`)).json();
  const { messages } = stored as { messages: { id: number; content: string }[] };
  expect([...apply(got)]).toEqual(messages.map(({ id, content }) => [id, content]));

  subscription.unsubscribe();
  await expect.poll(() => app.counts().followers).toBe(0);
});

test("many subscriptions of one socket end with it [ALIVE-2]", async () => {
  const { app, url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { socket, call: subscribe } = await openTrpcSocket(wsUrl);
  for (let index = 0; index < 50; index += 1) {
    await subscribe("subscription", "session.onEvent", { session_id: "s" });
  }
  await expect.poll(() => app.counts().followers).toBe(50);
  socket.terminate();
  await expect.poll(() => app.counts()).toEqual({ trpcSockets: 0, chatSockets: 0, followers: 0 });
});

test("a subscription that is stopped before it has begun leaves nothing behind [ALIVE-2]", async () => {
  const { app, url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { socket, frames, call: query } = await openTrpcSocket(wsUrl);
  const params = { path: "session.onEvent", input: { session_id: "s" } };
  for (let id = 100; id < 120; id += 1) {
    socket.send(JSON.stringify({ id, method: "subscription", params }));
    socket.send(JSON.stringify({ id, method: "subscription.stop" }));
  }
  await frames.until((all) => all.filter(({ result }) => result?.type === "stopped").length === 20);
  expect(app.counts().followers).toBe(0);
  expect((await query("query", "health")).result).toBeDefined();
  socket.close();
});

test("a subscription under an id that is in use is refused, and the first one goes on", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { socket, frames } = await openTrpcSocket(wsUrl);
  const frame = JSON.stringify({
    id: 1,
    method: "subscription",
    params: { path: "session.onEvent", input: { session_id: "s" } },
  });
  socket.send(frame);
  socket.send(frame);
  await frames.until((all) => all.some(({ error }) => error?.data.code === "BAD_REQUEST"));
  await send(url, "s", "still live");
  const got = await frames.until((all) => JSON.stringify(all).includes("still live"));
  expect(got.filter(({ error }) => error !== undefined)).toHaveLength(1);
  socket.close();
});

test("a session that is deleted ends its subscriptions after saying so [DELETED-1]", async () => {
  const { app, url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { client, close } = createSocketClient(wsUrl);
  onTestFinished(close);
  const events = new Collector<LiveEvent>();
  const ended = new Promise<void>((resolve) => {
    client.session.onEvent.subscribe(
      { session_id: "s" },
      { onData: ({ data }) => events.add(data), onComplete: resolve },
    );
  });
  await events.until((all) => all.some(({ type }) => type === "caught_up"));
  await call(url, "DELETE", "/api/sessions/s");
  await ended;
  expect(events.items.map(({ type }) => type)).toEqual(["snapshot", "caught_up", "session_deleted"]);
  expect(app.counts().followers).toBe(0);
});

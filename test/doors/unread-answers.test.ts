import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { Collector, openChat } from "../support/readers.ts";
import { readSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startWithSession } from "./followed-session.ts";

const unknown = { path: "no.such" };
const bad = { content: 5, padding: "x".repeat(1000) };

/** The calls that a client may send over a door's WebSocket without end, and how many of it are more than the server reads ahead. */
const floods: { door: string; path: string; what: string; frame: string | object; count: number }[] = [
  { door: "tRPC's WebSocket", path: "/trpc", what: "signs of life", frame: "PING", count: 120_000 },
  { door: "tRPC's WebSocket", path: "/trpc", what: "frames that are no JSON", frame: "{", count: 5000 },
  {
    door: "tRPC's WebSocket",
    path: "/trpc",
    what: "calls without an id",
    frame: { id: null, method: "query", params: unknown },
    count: 5000,
  },
  {
    door: "tRPC's WebSocket",
    path: "/trpc",
    what: "subscriptions to nothing",
    frame: { id: 1, method: "subscription", params: unknown },
    count: 5000,
  },
  { door: "the plain WebSocket", path: "/ws/s", what: "bad messages", frame: bad, count: 5000 },
  { door: "the plain WebSocket", path: "/ws/s", what: "frames that are no JSON", frame: "{", count: 5000 },
];

/** A client of the address, and the server's end of its connection. */
async function connect(
  { wsUrl }: RunningApp,
  path: string,
): Promise<{ client: WebSocket; connection: Socket }> {
  const ends = new Collector<Socket>();
  const add = (accepted: unknown): void => ends.add((accepted as { socket: Socket }).socket);
  subscribe("net.server.socket", add);
  const client = new WebSocket(wsUrl + path);
  onTestFinished(() => client.terminate());
  await once(client, "open");
  unsubscribe("net.server.socket", add);
  const [connection] = await ends.count(1);
  if (!connection || ends.items.length > 1) throw new Error(`${ends.items.length} connections came.`);
  return { client, connection };
}

/** Asserts that a message is stored, and shown to a reader. */
async function expectServed({ url, wsUrl }: RunningApp): Promise<void> {
  const { frames, socket } = await openChat(wsUrl, "s");
  await send(url, "s", "Hello");
  expect(await frames.count(1)).toMatchObject([{ message: { content: "Hello" } }]);
  socket.close();
}

test.each(floods)(
  "a client of $door that sends $what and does not read is read no further until it does, and delays nobody [SLOW-4] [SLOW-3]",
  async ({ path, frame, count }) => {
    const app = await startWithSession();
    const { client, connection } = await connect(app, path);
    let answers = 0;
    client.on("message", (data: Buffer) => {
      if (!data.includes("Hello")) answers += 1;
    });
    // Nothing that is sent gets out, as if the client and the system between had no room.
    connection.cork();
    const text = typeof frame === "string" ? frame : JSON.stringify(frame);
    for (let sent = 0; sent < count; sent += 1) client.send(text);
    await expect.poll(() => connection.isPaused()).toBe(true);
    await expectServed(app);
    for (let turn = 0; turn < 500; turn += 1) await nextTurn();
    expect(connection.isPaused()).toBe(true);
    connection.uncork();
    await expect.poll(() => answers).toBe(count);
    await expect.poll(() => connection.isPaused()).toBe(false);
    expect((await readSession(app.url, "s")).messages).toHaveLength(1);
  },
);

test.each([
  { door: "tRPC's WebSocket", path: "/trpc", frame: { id: null, method: "query", params: unknown, ...bad } },
  { door: "the plain WebSocket", path: "/ws/s", frame: bad },
])(
  "a client of $door that sends 20 MB, reads no answer and goes away has delayed nobody and leaves nothing behind [SLOW-4] [ALIVE-2]",
  async ({ path, frame }) => {
    // No timeout is to find the client: its end is heard of, although the server reads it no further.
    const timeouts = { pingIntervalMs: 3_600_000, stallTimeoutMs: 3_600_000 };
    const app = await startWithSession({ timeouts });
    const { client } = await connect(app, path);
    client.pause();
    for (let sent = 0; sent < 20_000; sent += 1) client.send(JSON.stringify(frame));
    await expectServed(app);
    client.terminate();
    await expect.poll(() => app.app.counts()).toEqual({ trpcSockets: 0, chatSockets: 0, followers: 0 });
    expect((await readSession(app.url, "s")).messages).toHaveLength(1);
  },
);

import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import type { ClientOptions } from "ws";
import { WebSocket } from "ws";
import { Collector } from "../support/readers.ts";
import { closeCodeOf, openRawSocket, opcodes } from "../support/raw-socket.ts";
import { createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import type { Envelope } from "../support/trpc-wire.ts";

const impatient = { pingIntervalMs: 150 };
const nothing = { trpcSockets: 0, chatSockets: 0, followers: 0 };

function openSocket(
  address: string,
  options: ClientOptions = {},
): { socket: WebSocket; frames: Collector<string> } {
  const socket = new WebSocket(address, options);
  onTestFinished(() => socket.terminate());
  const frames = new Collector<string>();
  socket.on("message", (data: Buffer) => frames.add(data.toString()));
  return { socket, frames };
}

test.each(["/ws/s", "/trpc"])(
  "at %s a WebSocket that answers no ping is closed with 4012, and one that does stays [ALIVE-1]",
  async (path) => {
    const { app, url, wsUrl } = await startApp({ timeouts: impatient });
    await createSession(url, { id: "s" });
    const { socket: good } = openSocket(wsUrl + path);
    const pinged = new Collector<Buffer>();
    good.on("ping", pinged.add);
    const dead = await openRawSocket(wsUrl, path);
    const frames = await dead.frames.until((all) => all.some(({ opcode }) => opcode === opcodes.close));
    expect(frames.map(({ opcode }) => opcode)).toEqual([opcodes.ping, opcodes.close]);
    expect(frames.map(closeCodeOf)).toEqual([undefined, 4012]);
    await pinged.count(pinged.items.length + 3);
    expect(good.readyState).toBe(WebSocket.OPEN);
    // Its end comes at last; until then the server waits for its part of the handshake.
    dead.socket.destroy();
    good.close();
    await expect.poll(() => app.counts()).toEqual(nothing);
  },
);

test("a pong that answers no ping is no sign of life [ALIVE-1]", async () => {
  const { url, wsUrl } = await startApp({ timeouts: impatient });
  await createSession(url, { id: "s" });
  const { socket } = openSocket(`${wsUrl}/ws/s`, { autoPong: false });
  const closed = once(socket, "close") as Promise<[number]>;
  socket.on("ping", () => {
    for (const payload of ["", "0", "2", "999", "no number"]) socket.pong(payload);
  });
  expect((await closed)[0]).toBe(4012);
});

test("a dead peer's subscriptions end with its socket [ALIVE-1] [ALIVE-2]", async () => {
  const { app, url, wsUrl } = await startApp({ timeouts: impatient });
  await createSession(url, { id: "s" });
  const { socket } = openSocket(`${wsUrl}/trpc`, { autoPong: false });
  await once(socket, "open");
  const params = { path: "session.onEvent", input: { session_id: "s" } };
  socket.send(JSON.stringify({ id: 1, method: "subscription", params }));
  await expect.poll(() => app.counts().followers).toBe(1);
  // It reads what comes, and says nothing any more.
  await once(socket, "close");
  await expect.poll(() => app.counts()).toEqual(nothing);
});

test("a tRPC socket that announces connection parameters and does not send them is closed, and one that does works [ALIVE-3]", async () => {
  const { app, wsUrl } = await startApp({ timeouts: { connectionParamsMs: 60 } });
  const { socket: good, frames } = openSocket(`${wsUrl}/trpc?connectionParams=1`);
  await once(good, "open");
  good.send(JSON.stringify({ method: "connectionParams", data: null }));
  const { socket: silent } = openSocket(`${wsUrl}/trpc?connectionParams=1`);
  const [code] = (await once(silent, "close")) as [number];
  expect(code).toBe(4500);
  good.send(JSON.stringify({ id: 1, method: "query", params: { path: "health" } }));
  const [answer = ""] = await frames.count(1);
  expect((JSON.parse(answer) as Envelope).result?.data).toBeDefined();
  // The server does not wait for a socket that has announced none.
  const { socket: plain } = openSocket(`${wsUrl}/trpc`);
  const { socket: another } = openSocket(`${wsUrl}/trpc?connectionParams=1`);
  await once(another, "close");
  expect(plain.readyState).toBe(WebSocket.OPEN);
  good.close();
  plain.close();
  await expect.poll(() => app.counts()).toEqual(nothing);
});

test("a socket that sends signs of life instead of its connection parameters is closed [ALIVE-3]", async () => {
  const { wsUrl } = await startApp({ timeouts: { connectionParamsMs: 60 } });
  const { socket } = openSocket(`${wsUrl}/trpc?connectionParams=1`);
  await once(socket, "open");
  socket.send("PING");
  const [code] = (await once(socket, "close")) as [number];
  expect(code).toBe(4500);
});

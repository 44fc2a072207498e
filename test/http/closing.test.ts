import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { BufferBudget } from "../../server/http/buffer-budget.ts";
import { createHttpServer } from "../../server/http/http-server.ts";
import { followOverSse, openChat } from "../support/readers.ts";
import { createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { openTrpcSocket } from "../support/trpc-wire.ts";

test("when the server closes, both WebSockets are told with 1012 to come back [STOP-1]", async () => {
  const { app, url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const chat = await openChat(wsUrl, "s");
  const { socket, call, frames } = await openTrpcSocket(wsUrl);
  await call("subscription", "session.onEvent", { session_id: "s" });
  const closed = once(socket, "close");
  const closing = app.close();
  expect((await chat.closed).code).toBe(1012);
  expect((await closed)[0]).toBe(1012);
  expect(frames.items).toContainEqual({ id: null, method: "reconnect" });
  await closing;
  await expect.poll(() => app.counts()).toEqual({ trpcSockets: 0, chatSockets: 0, followers: 0 });
});

test("a poll that waits is answered when the server closes [STOP-1]", { timeout: 4000 }, async () => {
  const { app, url } = await startApp();
  await createSession(url, { id: "s" });
  const waiting = fetch(`${url}/api/sessions/s/events?after=0&wait=30`);
  await expect.poll(() => app.counts().followers).toBe(1);
  const closing = app.close();
  expect(await (await waiting).json()).toMatchObject({ events: [] });
  await closing;
});

test(
  "an SSE subscription does not hold up the close of the server [STOP-1] [STOP-2]",
  { timeout: 4000 },
  async () => {
    const { app, url } = await startApp();
    await createSession(url, { id: "s" });
    await followOverSse(url, { session_id: "s" });
    await app.close();
    await expect.poll(() => app.counts().followers).toBe(0);
  },
);

test("neither does an event stream over REST [STOP-1] [STOP-2]", { timeout: 4000 }, async () => {
  const { app, url } = await startApp();
  await createSession(url, { id: "s" });
  const address = `${url}/api/sessions/s/events`;
  const stream = await fetch(address, { headers: { accept: "text/event-stream" } });
  await expect.poll(() => app.counts().followers).toBe(1);
  const closing = app.close();
  await stream.text().catch(() => undefined);
  await closing;
  await expect.poll(() => app.counts().followers).toBe(0);
});

test(
  "a client that has not said yet what it wants does not hold up the close of the server [STOP-2]",
  { timeout: 4000 },
  async () => {
    const { app, url } = await startApp();
    const { hostname, port } = new URL(url);
    const sockets = ["", "GET /api/sess", "POST /api/sessions HTTP/1.1\r\nHost: localhost\r\nContent-"].map(
      (bytes) => {
        const socket = connect(Number(port), hostname);
        onTestFinished(() => void socket.destroy());
        socket.write(bytes);
        return socket.on("error", () => undefined);
      },
    );
    const cut = Promise.all(sockets.map((socket) => once(socket, "close")));
    // Answered after what came before it has been read.
    expect((await fetch(url)).status).toBe(200);
    await app.close();
    await cut;
  },
);

test("to close twice is to close once", async () => {
  const { app, url } = await startApp();
  await Promise.all([app.close(), app.close()]);
  await app.close();
  await expect(fetch(url)).rejects.toThrow("fetch failed");
});

test("a socket that is opened while the server closes is not left open", async () => {
  const { app, url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  await send(url, "s", "Hello");
  const closing = app.close();
  const late = new WebSocket(`${wsUrl}/ws/s`);
  await new Promise((resolve) => {
    late.on("close", resolve);
    late.on("error", () => undefined);
  });
  await closing;
  await expect.poll(() => app.counts()).toEqual({ trpcSockets: 0, chatSockets: 0, followers: 0 });
});

function doNothing(): Promise<void> {
  return Promise.resolve();
}

test("a port that another server has is refused in a sentence that says what to do", async () => {
  const { url } = await startApp();
  const other = createHttpServer({
    budget: new BufferBudget(1_000_000),
    answer: doNothing,
    upgrade: doNothing,
    report: () => undefined,
    times: { idleTimeoutMs: 60_000, keepAliveMs: 60_000, headersMs: 10_000 },
    deadPeerMs: 60_000,
  });
  const port = Number(new URL(url).port);
  await expect(other.listen({ host: "127.0.0.1", port })).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is taken: set PORT to another, or to 0 for any.`,
  );
});

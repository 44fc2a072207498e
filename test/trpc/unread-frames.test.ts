import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { defaultTimeouts } from "../../server/http/timeouts.ts";
import { appRouter } from "../../server/trpc/router.ts";
import { createTrpcSockets } from "../../server/trpc/trpc-sockets.ts";
import { callsOn, openServices } from "../support/services.ts";

/** A client, and the server's end of its connection. */
async function connect(): Promise<{ client: WebSocket; connection: Socket }> {
  const door = createTrpcSockets({
    ...callsOn(await openServices()),
    router: appRouter,
    maxBodyBytes: 100_000,
    maxAnswerBytes: 1_000_000,
    maxSubscriptions: 10,
    maxSubscriptionBytes: 100_000,
    timeouts: defaultTimeouts,
    report: () => undefined,
  });
  const server = createServer();
  onTestFinished(() => {
    door.close();
    server.close();
  });
  const upgraded = new Promise<Socket>((resolve) => {
    server.on("upgrade", (request: IncomingMessage, connection: Socket, head: Buffer) => {
      void door.upgrade(request, connection, head, { pathname: "/trpc", hasTrailingSlash: false, query: "" });
      resolve(connection);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => client.terminate());
  await once(client, "open");
  return { client, connection: await upgraded };
}

const unknown = { path: "no.such" };

test.each([
  { what: "signs of life", frame: "PING", count: 120_000 },
  { what: "what is no JSON", frame: "{", count: 5000 },
  { what: "calls without an id", frame: { id: null, method: "query", params: unknown }, count: 5000 },
  { what: "what cannot be followed", frame: { id: 1, method: "subscription", params: unknown }, count: 5000 },
])(
  "a client that asks for $what and does not read is read no further until it does [SLOW-4]",
  async ({ frame, count }) => {
    const { client, connection } = await connect();
    let answers = 0;
    client.on("message", () => (answers += 1));
    // Nothing that is sent gets out, as if the client and the system between had no room.
    connection.cork();
    const text = typeof frame === "string" ? frame : JSON.stringify(frame);
    for (let sent = 0; sent < count; sent += 1) client.send(text);
    await expect.poll(() => connection.isPaused()).toBe(true);
    for (let turn = 0; turn < 500; turn += 1) await nextTurn();
    expect(connection.isPaused()).toBe(true);
    connection.uncork();
    await expect.poll(() => answers, { timeout: 20_000 }).toBe(count);
    await expect.poll(() => connection.isPaused()).toBe(false);
  },
  30_000,
);

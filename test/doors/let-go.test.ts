import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { createSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";
import type { Following } from "./live-door.ts";
import { liveDoors } from "./live-doors.ts";

const nothing = { trpcSockets: 0, chatSockets: 0, followers: 0 };
async function start(messages: number): Promise<RunningApp> {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  await Promise.all(
    Array.from({ length: messages }, (_, index) => send(app.url, "s", `${index} ${"x".repeat(1000)}`)),
  );
  return app;
}

describe.each(liveDoors)("over $name", (door) => {
  test("nothing is left of 100 readers that go in every way and at every moment [ALIVE-2]", async () => {
    const app = await start(200);
    const follow = (after?: string): Following => door.follow(app, { session_id: "s", after });
    /** The moments at which they go. */
    const moments: (() => Promise<Following> | Following)[] = [
      () => follow(),
      async () => follow(),
      async () => {
        const reader = follow("0");
        await reader.events.count(1);
        return reader;
      },
      async () => {
        const reader = follow("0");
        await reader.events.count(150);
        return reader;
      },
      async () => {
        const reader = follow("0");
        await reader.events.count(1);
        reader.pause();
        return reader;
      },
      async () => {
        const reader = follow();
        await reader.events.count(door.tellsCaughtUp ? 2 : 1);
        return reader;
      },
      async () => {
        const reader = follow("no position at all");
        await reader.events.count(1);
        return reader;
      },
    ];
    const writing = Promise.all(Array.from({ length: 20 }, () => send(app.url, "s", "live")));
    const leave = async (index: number): Promise<void> => {
      const reader = await moments[index % moments.length]?.();
      // Each moment is left in both ways.
      if (Math.floor(index / moments.length) % 2 === 0) reader?.cut();
      else reader?.stop();
      // Else it would not hear of its own end.
      reader?.resume();
      await reader?.ended;
    };
    await Promise.all(Array.from({ length: 100 }, (_, index) => leave(index)));
    await writing;
    // This one has come after all the others, so when it is gone they all have been there.
    const last = follow("0");
    await last.events.count(1);
    last.stop();
    await expect.poll(() => app.app.counts()).toEqual(nothing);
  });
});

const handshake = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
const key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

test.each([
  [
    "the plain WebSocket",
    `GET /ws/s?events=all&after=0 HTTP/1.1\r\nHost: localhost\r\n${handshake}${key}\r\n`,
  ],
  ["tRPC's WebSocket", `GET /trpc HTTP/1.1\r\nHost: localhost\r\n${handshake}${key}\r\n`],
])(
  "a connection to %s that is half closed by its peer, who can answer no ping, is let go [ALIVE-2]",
  async (_name, request) => {
    const app = await start(3);
    const { hostname, port } = new URL(app.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.write(request);
    await once(socket, "data");
    socket.resume();
    const closed = once(socket, "end");
    // A FIN, and no word more; what comes is still read.
    socket.end();
    await closed;
    await expect.poll(() => app.app.counts()).toEqual(nothing);
  },
);

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

/** A message of 10 MB: a snapshot of it is one frame, and more than the operating system holds for a connection. */
const maxMessageChars = 10_000_000;
const timeouts = { pingIntervalMs: 400, stallTimeoutMs: 400 };
/** A chunk is 64 KiB, so a snapshot takes several times as long as the server's timeouts. */
const chunkEveryMs = 15;

const subscribe = JSON.stringify({
  id: 1,
  method: "subscription",
  params: { path: "session.onEvent", input: { session_id: "s" } },
});

/** Reads as one on a thin line does: on and on, and little at a time. Resolves with the largest frame, or the close code. */
function readSteadily(address: string, hello?: string): Promise<number> {
  const socket = new WebSocket(address);
  onTestFinished(() => socket.terminate());
  let connection: Socket | undefined;
  socket.on("upgrade", (response: IncomingMessage) => (connection = response.socket));
  socket.on("open", () => {
    connection?.on("data", () => {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.pause();
      setTimeout(() => socket.resume(), chunkEveryMs);
    });
    if (hello !== undefined) socket.send(hello);
  });
  return new Promise((resolve) => {
    let largest = 0;
    socket.on("message", (data: Buffer) => {
      largest = Math.max(largest, data.length);
      if (data.includes("caught_up")) resolve(largest);
    });
    socket.on("close", resolve);
  });
}

test.each([
  ["tRPC over WebSocket", "/trpc", subscribe],
  ["the plain WebSocket", "/ws/s?events=all", undefined],
])(
  "over %s a reader that needs long for a large frame, and reads on all the time, gets it [SLOW-2] [ALIVE-1]",
  async (_name, path, hello) => {
    const { url, wsUrl } = await startApp({ timeouts, maxMessageChars });
    await createSession(url, { id: "s" });
    await send(url, "s", "x".repeat(maxMessageChars));
    expect(await readSteadily(wsUrl + path, hello)).toBeGreaterThan(maxMessageChars);
  },
);

import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";

const nothing = { trpcSockets: 0, chatSockets: 0, followers: 0 };
const host = "Host: localhost\r\n\r\n";
const input = "%7B%22session_id%22%3A%22s%22%7D";
const poll = `GET /api/sessions/s/events?after=0&wait=30 HTTP/1.1\r\n${host}`;

async function start(): Promise<RunningApp> {
  const app = await startApp({ timeouts: { pingIntervalMs: 150 } });
  await createSession(app.url, { id: "s" });
  return app;
}

/** Asks, and closes its half of the connection with the request. */
function askAndEnd(url: string, request: string | Buffer): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  socket.end(request);
  return socket;
}

describe("a client that has closed its half of the connection [ALIVE-7]", () => {
  test("gets the answer of a poll that waits, and the connection ends", async () => {
    const { app, url } = await start();
    const socket = askAndEnd(url, poll);
    const answer = text(socket);
    await expect.poll(() => app.counts().followers).toBe(1);
    await send(url, "s", "at last");
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*at last/);
    await expect.poll(() => app.counts()).toEqual(nothing);
  });

  test("gets an answer of JSON whole although the server wrote to it meanwhile", async () => {
    const { app, url } = await start();
    const socket = askAndEnd(url, poll.replace("HTTP/1.1", "HTTP/1.0"));
    await expect.poll(() => app.counts().followers).toBe(1);
    const [head] = (await once(socket, "data")) as [Buffer];
    await send(url, "s", "at last");
    const answer = head.toString() + (await text(socket));
    expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toMatchObject({
      events: [{ type: "message", message: { content: "at last" } }],
    });
  });

  test("gets a large answer of JSON whole although it reads late: nothing is written into the answer or after it", async () => {
    const { url } = await start();
    const content = "一".repeat(100_000);
    for (let sent = 0; sent < 11; sent += 1) await send(url, "s", content);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const socket = askAndEnd(url, poll.replace("HTTP/1.1", "HTTP/1.0"));
    await once(socket, "readable");
    // The probes' time passes while the answer is made, and while it waits for its client.
    for (let turn = 0; turn < 300; turn += 1) {
      vi.advanceTimersByTime(20);
      await setImmediate();
    }
    const answer = await text(socket);
    const { events } = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n"))) as {
      events: { message: { content: string } }[];
    };
    expect(events).toHaveLength(11);
    expect(events.every(({ message }) => message.content === content)).toBe(true);
  });

  test.each([
    ["REST", `GET /api/sessions/s/events/stream HTTP/1.1\r\n${host}`],
    ["tRPC", `GET /trpc/session.onEvent?input=${input} HTTP/1.1\r\n${host}`],
  ])(
    "goes on with its stream over %s, and nothing is held for it when it is gone",
    async (_door, request) => {
      const { app, url } = await start();
      const socket = askAndEnd(url, request);
      let got = "";
      socket.on("data", (chunk: Buffer) => (got += chunk.toString()));
      await expect.poll(() => got).toContain("caught_up");
      await send(url, "s", "live");
      await expect.poll(() => got).toContain("live");
      expect(app.counts().followers).toBe(1);
      socket.destroy();
      await expect.poll(() => app.counts()).toEqual(nothing);
    },
  );

  test.each([
    ["the plain WebSocket", "/ws/s", '{"content":"Hello","sender":"user"}', "Hello"],
    ["tRPC's WebSocket", "/trpc", '{"id":1,"method":"query","params":{"path":"health"}}', '"result"'],
  ])(
    "gets the answers of the frames that it has sent over %s, and the socket closes",
    async (_door, path, frame, answer) => {
      const { app, url } = await start();
      const handshake =
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
        `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${host}`;
      // A text frame, masked with zeros.
      const head = Buffer.from([0x81, 0x80 | frame.length, 0, 0, 0, 0]);
      const frames = Buffer.concat([head, Buffer.from(frame), head, Buffer.from(frame)]);
      const got = await text(
        askAndEnd(url, Buffer.concat([Buffer.from(`GET ${path} HTTP/1.1\r\n${handshake}`), frames])),
      );
      expect(got.split(answer)).toHaveLength(3);
      await expect.poll(() => app.counts()).toEqual(nothing);
    },
  );

  test("gets the answers of all requests that it has sent", async () => {
    const { url } = await start();
    const get = `GET /api/sessions/s HTTP/1.1\r\n${host}`;
    const answers = await text(askAndEnd(url, get + get + get));
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
  });

  test("is let go at once when it has asked for nothing, or for half of something", async () => {
    const { url } = await start();
    expect(await text(askAndEnd(url, ""))).toBe("");
    expect(await text(askAndEnd(url, "GET / HTTP/1.1\r\nHost: loc"))).toMatch(/^HTTP\/1\.1 400 /);
    const half = `POST /api/sessions HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99\r\n${host}{`;
    expect(await text(askAndEnd(url, half))).toMatch(/^HTTP\/1\.1 400 [^]*in the middle/);
  });

  test.each([poll, poll.replace("HTTP/1.1", "HTTP/1.0")])(
    "is let go when it was gone altogether",
    async (request) => {
      const { app, url } = await start();
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      socket.write(request);
      await expect.poll(() => app.counts().followers).toBe(1);
      socket.destroy();
      await expect.poll(() => app.counts()).toEqual(nothing);
    },
  );
});

import { WebSocket } from "ws";
import { expect, onTestFinished, test, vi } from "vitest";
import { makeSession } from "../support/make-session.ts";
import { call } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const content = "for all of them";

/** How often the event with the content, or the signal of this name, is made JSON. */
function countEncodings(): () => number {
  const spy = vi.spyOn(JSON, "stringify");
  onTestFinished(() => spy.mockRestore());
  return () =>
    spy.mock.calls.filter(([value]) => {
      const { type, message, name } = Object(value) as Partial<{
        type: string;
        message: { content?: string };
        name: string;
      }>;
      return type === "message" ? message?.content === content : type === "signal" && name === content;
    }).length;
}

/** Opens a socket, sends its frames, and resolves when `isReady` was true of so many texts. */
async function open(
  url: string,
  frames: readonly object[],
  count: number,
  isReady: (text: string) => boolean,
): Promise<{ received: Promise<void> }> {
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  const live = Promise.withResolvers<void>();
  const received = Promise.withResolvers<void>();
  let liveCount = 0;
  let receivedCount = 0;
  socket.on("message", (data: Buffer) => {
    const text = data.toString();
    if (isReady(text) && (liveCount += 1) === count) live.resolve();
    if (text.includes(content) && (receivedCount += 1) === count) received.resolve();
  });
  socket.on("open", () => frames.forEach((frame) => socket.send(JSON.stringify(frame))));
  await live.promise;
  return { received: received.promise };
}

const isCaughtUp = (text: string): boolean => text.includes("caught_up");

test("an event is encoded once for 500 subscribers over tRPC's WebSocket, whatever their ids [SLOW-5]", async () => {
  const { url, wsUrl } = await startApp();
  const { sessionId, say } = await makeSession(url);
  const path = "session.onEvent";
  const subscriptions = Array.from({ length: 100 }, (_, index) => ({
    id: index + 1,
    method: "subscription",
    params: { path, input: { session_id: sessionId } },
  }));
  const sockets = await Promise.all(
    Array.from({ length: 5 }, () => open(`${wsUrl}/trpc`, subscriptions, 100, isCaughtUp)),
  );
  const encodings = countEncodings();
  await say(content);
  await Promise.all(sockets.map(({ received }) => received));
  expect(encodings()).toBe(1);
});

test.each([
  { what: "a message", path: "messages", body: { content, sender: "user" } },
  { what: "a signal", path: "signals", body: { name: content } },
])("$what is encoded once for the subscribers at all doors together [SLOW-5]", async ({ path, body }) => {
  const { url, wsUrl } = await startApp();
  const { sessionId } = await makeSession(url);
  const subscribe = {
    id: 1,
    method: "subscription",
    params: { path: "session.onEvent", input: { session_id: sessionId } },
  };
  const sockets = await Promise.all([
    open(`${wsUrl}/trpc`, [subscribe], 1, isCaughtUp),
    open(`${wsUrl}/ws/${sessionId}?events=all`, [], 1, isCaughtUp),
  ]);
  const streams = await Promise.all(
    [
      `/api/sessions/${sessionId}/events/stream`,
      `/trpc/session.onEvent?input={"session_id":"${sessionId}"}`,
    ].map(async (address) => {
      const stop = new AbortController();
      onTestFinished(() => stop.abort());
      const stream = await fetch(url + address, { signal: stop.signal });
      const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
      let text = "";
      const until = async (part: string): Promise<void> => {
        while (!text.includes(part)) text += Buffer.from((await reader.read()).value ?? []).toString();
      };
      await until("caught_up");
      return { until };
    }),
  );
  const encodings = countEncodings();
  await call(url, "POST", `/api/sessions/${sessionId}/${path}`, body);
  await Promise.all([
    ...sockets.map(({ received }) => received),
    ...streams.map(({ until }) => until(content)),
  ]);
  expect(encodings()).toBe(1);
});

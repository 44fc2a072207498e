import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { sendRaw } from "../support/raw-request.ts";
import { createSession } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";

/** The text of a stream up to a sign of life. */
async function readUntil(address: string, sign: RegExp): Promise<string> {
  const { body } = await fetch(address, { headers: { accept: "text/event-stream" } });
  let got = "";
  for await (const piece of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    got += piece;
    if (sign.test(got)) break;
  }
  return got;
}

test("an idle connection is kept for KEEP_ALIVE_SECONDS, and its client is told how long that is [ALIVE-4]", async () => {
  const { headers } = await fetch((await startServer()).url);
  expect(headers.get("keep-alive")).toBe("timeout=65");
  const { url } = await startServer({ KEEP_ALIVE_SECONDS: "1" });
  // It asks for no end of the connection, and the answer is over when the server ends it.
  const answer = await sendRaw(url, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  expect(answer).toMatchObject({ status: 200, headers: { "keep-alive": "timeout=1" } });
});

test("PING_SECONDS is how often sockets, streams and tRPC's streams get a sign of life [ALIVE-5]", async () => {
  const { url, wsUrl } = await startServer({ PING_SECONDS: "1" });
  await createSession(url, { id: "s" });
  const socket = new WebSocket(`${wsUrl}/ws/s`);
  onTestFinished(() => socket.terminate());
  const pinged = once(socket, "ping");
  const input = encodeURIComponent(JSON.stringify({ session_id: "s" }));
  expect(await readUntil(`${url}/api/sessions/s/events/stream`, /^:$/m)).toContain("caught_up");
  expect(await readUntil(`${url}/trpc/session.onEvent?input=${input}`, /^event: ping$/m)).toContain(
    "caught_up",
  );
  await pinged;
});

test("a poll that asks to wait for longer than POLL_SECONDS is taken, and answered then [ALIVE-5]", async () => {
  const { url } = await startServer({ POLL_SECONDS: "1" });
  await createSession(url, { id: "s" });
  const answer = await fetch(`${url}/api/sessions/s/events?after=0&wait=30`, {
    signal: AbortSignal.timeout(15_000),
  });
  expect([answer.status, await answer.json()]).toMatchObject([200, { events: [] }]);
});

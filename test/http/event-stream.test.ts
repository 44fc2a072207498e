import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { EventStream } from "../../server/http/event-stream.ts";

/** The response to a client that reads nothing until it is told to. */
async function respond() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1").pause();
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  return { client, response };
}

test("an event stream takes signals only while little waits, before it takes nothing else [SIGNAL-3]", async () => {
  const { client, response } = await respond();
  const stream = new EventStream<string>(response, {
    encoding: {
      toText: (items) => items.join(""),
      toSharedBytes: () => ({ bytes: Buffer.alloc(0), byteLength: 0, waits: 0 }),
    },
    heartbeat: { text: ":\n\n", intervalMs: 60_000 },
    stopping: new AbortController().signal,
  });
  expect(stream.takesSignals).toBe(true);
  for (let sent = 0; stream.takesSignals && sent < 100; sent += 1) stream.send([":".repeat(4 * 1024)]);
  expect(stream.takesSignals).toBe(false);
  expect(stream.isWritable).toBe(true);
  client.resume();
  await expect.poll(() => stream.takesSignals).toBe(true);
  stream.end();
});

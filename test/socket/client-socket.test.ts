import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import type { ClientSocket } from "../../server/socket/client-socket.ts";
import { SocketSink } from "../../server/socket/socket-sink.ts";
import { createSocketServer } from "../../server/socket/socket-server.ts";
import { defaultTimeouts } from "../../server/http/timeouts.ts";
import { toFrameBatches } from "../../server/socket/frame-batch.ts";

/** A socket of ours, and the client at its other end. */
async function connect(timeouts = defaultTimeouts): Promise<{ socket: ClientSocket; client: WebSocket }> {
  const sockets = createSocketServer({ maxFrameBytes: 1024, timeouts });
  const server = createServer();
  const opened = new Promise<ClientSocket>((resolve) => {
    server.on("upgrade", (request, connection, head) => {
      sockets.upgrade(request, connection, head, resolve);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  onTestFinished(() => {
    client.terminate();
    server.close();
  });
  return { socket: await opened, client };
}

/** Texts of one letter each and of the sizes at which a frame changes its form, one with letters of several bytes. */
const texts = [0, 1, 125, 126, 2000, 65_535, 65_536, 70_000, 300_000, 3].map((size, index) =>
  (index === 4 ? "ö🙂" : String.fromCharCode(97 + index)).repeat(size),
);

test.each([
  { how: "to it alone", ways: [false, false, false] },
  { how: "with others", ways: [true, true, true] },
  { how: "in both ways", ways: [false, true, false, true, false] },
])("what a socket is sent $how comes in its order, however much of it waits", async ({ ways }) => {
  const { socket, client } = await connect();
  const received: string[] = [];
  client.on("message", (data: Buffer) => received.push(data.toString()));
  const sent: string[] = [];
  // More than the system takes while the client reads nothing, so that some of it waits here.
  client.pause();
  for (let round = 0; round < 20; round += 1) {
    for (const isShared of ways) {
      const some = texts.slice(round % texts.length);
      if (isShared) socket.sendFrames(toFrameBatches(some));
      else socket.sendTexts(some);
      sent.push(...some);
    }
  }
  expect(socket.isWritable).toBe(false);
  client.resume();
  await expect.poll(() => received.length, { timeout: 10_000 }).toBe(sent.length);
  expect(received.map(nameOf)).toEqual(sent.map(nameOf));
  await expect.poll(() => socket.isWritable).toBe(true);
});

test("the streams of a socket read one at a time, whether or not its client reads [SLOW-3]", async () => {
  const { socket, client } = await connect();
  client.pause();
  socket.sendFrames(toFrameBatches(Array.from({ length: 200 }, () => "x".repeat(60_000))));
  const reading = { now: 0, most: 0 };
  const reads = Promise.all(
    Array.from({ length: 50 }, () =>
      socket.whenWritable(async () => {
        reading.now += 1;
        reading.most = Math.max(reading.most, reading.now);
        await nextTurn();
        reading.now -= 1;
      }),
    ),
  );
  await nextTurn();
  expect(reading.most).toBe(0);
  client.resume();
  await reads;
  expect(reading.most).toBe(1);
});

test("a socket takes signals only while little waits, long before it takes nothing else [SIGNAL-3]", async () => {
  const { socket, client } = await connect();
  const sink = new SocketSink<string>(socket, { toText: (item) => item, toSharedBatches: toFrameBatches });
  client.pause();
  expect(sink.takesSignals).toBe(true);
  for (let sent = 0; sink.takesSignals && sent < 10_000; sent += 1) sink.send(["x".repeat(8 * 1024)]);
  expect(sink.takesSignals).toBe(false);
  expect([sink.isWritable, socket.waitingBytes < 64 * 1024]).toEqual([true, true]);
  client.resume();
  await expect.poll(() => sink.takesSignals).toBe(true);
});

test("a socket that is closed is sent nothing more", async () => {
  const { socket, client } = await connect();
  await once(client, "open");
  client.terminate();
  await once(socket, "close");
  socket.sendTexts(texts);
  socket.sendFrames(toFrameBatches(texts));
  expect(socket.closed.aborted).toBe(true);
  await expect.poll(() => socket.isWritable).toBe(true);
});

test("a socket whose client has ended its side, and takes nothing of what waits, is cut [ALIVE-2]", async () => {
  const { socket, client } = await connect({ ...defaultTimeouts, stallTimeoutMs: 150 });
  await once(client, "open");
  client.pause();
  // More than the system takes.
  socket.sendFrames(toFrameBatches(Array.from({ length: 200 }, () => "x".repeat(60_000))));
  expect(socket.isWritable).toBe(false);
  // Without a closing handshake.
  const { _socket: connection } = client as unknown as { _socket: Socket };
  connection.end();
  await expect.poll(() => socket.closed.aborted, { timeout: 3000 }).toBe(true);
});

/** Short enough to be read where they differ. */
function nameOf(text: string): string {
  return `${text.length} ${text.slice(0, 4)}`;
}

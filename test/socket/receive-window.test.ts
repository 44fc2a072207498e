import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ReceiveWindow } from "../../server/socket/receive-window.ts";

async function connectPair(): Promise<{ client: WebSocket; socket: WebSocket }> {
  const server = new WebSocketServer({ port: 0 });
  onTestFinished(() => {
    server.close();
  });
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [[socket]] = (await Promise.all([once(server, "connection"), once(client, "open")])) as [
    [WebSocket],
    [],
  ];
  onTestFinished(() => client.terminate());
  return { client, socket };
}

test.each([
  { what: "few and large", bytes: 300_000, most: 8 },
  { what: "many and small", bytes: 20_000, most: 60 },
])(
  "a socket whose frames wait, $what, is read no further until they are done [SLOW-4]",
  async ({ bytes, most }) => {
    const { client, socket } = await connectPair();
    const receiveWindow = new ReceiveWindow(socket);
    const waiting: number[] = [];
    const counts = { come: 0 };
    socket.on("message", (data: Buffer) => {
      receiveWindow.take(data.length);
      waiting.push(data.length);
      counts.come += 1;
    });
    for (let frame = 0; frame < 100; frame += 1) client.send("x".repeat(bytes));
    while (counts.come < 100) {
      await expect.poll(() => socket.isPaused || counts.come === 100).toBe(true);
      expect(waiting.length).toBeLessThanOrEqual(most);
      for (const done of waiting.splice(0)) receiveWindow.release(done);
    }
  },
);

test("one frame is taken, however large it is, and read on after it", async () => {
  const { client, socket } = await connectPair();
  const receiveWindow = new ReceiveWindow(socket);
  const sizes: number[] = [];
  socket.on("message", (data: Buffer) => {
    receiveWindow.take(data.length);
    sizes.push(data.length);
    receiveWindow.release(data.length);
  });
  for (const bytes of [3_000_000, 2_000_000, 1]) client.send("x".repeat(bytes));
  await expect.poll(() => sizes).toEqual([3_000_000, 2_000_000, 1]);
});

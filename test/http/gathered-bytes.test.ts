import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { GatheredBytes } from "../../server/http/gathered-bytes.ts";
import { createSession, readSession } from "../support/rest.ts";
import { serverCommand } from "../support/server-command.ts";
import { startServer } from "../support/start-server.ts";

test("what comes is joined as it came, whatever the sizes of its chunks", () => {
  const chunks = [5, 1, 1, 2000, 1, 1023, 1024, 16_384, 3, 20_000, 1].map((size, index) =>
    Buffer.alloc(size, index + 1),
  );
  const gathered = new GatheredBytes();
  for (const chunk of chunks) gathered.add(chunk);
  const whole = Buffer.concat(chunks);
  expect([gathered.size, gathered.join().equals(whole)]).toEqual([whole.length, true]);
  expect(new GatheredBytes().join()).toEqual(Buffer.alloc(0));
});

test("chunks of a byte are in memory in a few pieces", () => {
  const gathered = new GatheredBytes();
  for (let count = 0; count < 100_000; count += 1) gathered.add(Buffer.from("x"));
  expect(gathered.pieceCount).toBeLessThan(10);
});

/** Sends a request whose body comes in chunks of a byte, and not yet its end. */
async function sendInBytes(url: string, before: string, body: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  socket.on("error", () => undefined);
  const head = `Host: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
  socket.write(`${before}POST /api/sessions/s/messages HTTP/1.1\r\n${head}`);
  const chunks = Array.from(body, (byte) => `1\r\n${byte}\r\n`).join("");
  await new Promise((sent) => socket.write(chunks, sent));
  return socket;
}

const content = " ".repeat(199_000) + '{"content":"Hello","sender":"user"}';
const poll = "GET /api/sessions/s/events?after=0&wait=1 HTTP/1.1\r\nHost: localhost\r\n\r\n";

test.each([
  ["a request", ""],
  ["a request that waits for the answer to a poll", poll],
])("bodies in chunks of a byte do not fill the memory, in %s", async (_name, before) => {
  const [node = "", ...args] = serverCommand();
  const server = await startServer({}, { launch: [node, "--max-old-space-size=64", ...args] });
  await createSession(server.url, { id: "s" });
  const sockets = await Promise.all(
    Array.from({ length: 6 }, () => sendInBytes(server.url, before, content)),
  );
  for (const socket of sockets) {
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.write("0\r\n\r\n");
    await expect.poll(() => answer).toMatch(/"content":"Hello","sender":"user","timestamp":"[^"]*"\}$/);
  }
  expect((await readSession(server.url, "s")).messages).toHaveLength(6);
});

import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { closeCodes } from "../../server/contract/close-codes.ts";
import { badMessages, textsWithoutMessage } from "../doors/bad-messages.ts";
import { openChat } from "../support/readers.ts";
import { createSession, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { startServer } from "../support/start-server.ts";

const handshake =
  "HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/** A WebSocket without a library, so that its frames can be wrong. */
async function openRaw(url: string, path: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  socket.write(`GET ${path} ${handshake}`);
  const [head] = (await once(socket, "data")) as [Buffer];
  if (!head.toString().startsWith("HTTP/1.1 101 ")) throw new Error(head.toString());
  return socket;
}

/** The code and the reason of the close frame that ends what still comes. */
async function readClose(socket: Socket): Promise<{ code: number; reason: string } | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const at = bytes.indexOf(0x88);
  if (at < 0) return undefined;
  return { code: bytes.readUInt16BE(at + 2), reason: bytes.toString("utf8", at + 4) };
}

/** A frame, masked with zeros as a client's has to be masked. */
function frame(firstByte: number, payload: string | Buffer = ""): Buffer {
  const body = Buffer.from(payload);
  const head =
    body.length < 126
      ? [firstByte, 0x80 | body.length]
      : [firstByte, 0xfe, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), body]);
}

const text = 0x81;
const message = JSON.stringify({ content: "Hello", sender: "user" });

describe.each(["/ws/s", "/trpc"])("%s", (path) => {
  test.each<[string, Buffer, number]>([
    ["a reserved bit", frame(0xc1, message), 1002],
    ["an opcode that is none", frame(0x83, message), 1002],
    [
      "a frame without a mask",
      Buffer.concat([Buffer.from([text, message.length]), Buffer.from(message)]),
      1002,
    ],
    ["a control frame in parts", frame(0x09), 1002],
    ["a control frame that is too long", frame(0x89, "x".repeat(126)), 1002],
    ["a continuation of nothing", frame(0x80, message), 1002],
    ["a message inside a message", Buffer.concat([frame(0x01, "{"), frame(text, message)]), 1002],
    ["text that is not UTF-8", frame(text, Buffer.from([0xc3, 0x28])), 1007],
    ["a close code that is none", frame(0x88, Buffer.from([0, 5])), 1002],
    [
      "a length beyond all numbers",
      Buffer.from([text, 0xff, ...Array.from({ length: 8 }, () => 255), 0, 0, 0, 0]),
      1009,
    ],
    [
      "a length beyond the limit, of which nothing comes",
      Buffer.from([text, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0]),
      1009,
    ],
  ])(
    "%s closes this socket with the protocol's code and a reason, and is no failure of the server",
    async (_name, bytes, code) => {
      const { app, url } = await startApp();
      await createSession(url, { id: "s" });
      const socket = await openRaw(url, path);
      socket.end(bytes);
      expect(await readClose(socket)).toEqual(Object.values(closeCodes).find((each) => each.code === code));
      expect((await readSession(url, "s")).messages).toEqual([]);
      expect((await send(url, "s", "next")).id).toBe(1);
      await expect.poll(() => app.counts()).toEqual({ trpcSockets: 0, chatSockets: 0, followers: 0 });
    },
  );

  test("a socket that is reset in the middle of a frame leaves nothing behind [ALIVE-2]", async () => {
    const { app, url } = await startApp();
    await createSession(url, { id: "s" });
    const socket = await openRaw(url, path);
    socket.write(frame(text, message).subarray(0, -3));
    await send(url, "s", "meanwhile");
    socket.resetAndDestroy();
    await expect.poll(() => app.counts()).toEqual({ trpcSockets: 0, chatSockets: 0, followers: 0 });
    expect((await readSession(url, "s")).messages).toHaveLength(1);
  });
});

test("a message in many small parts is one message, with pings in between", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { frames, socket: reader } = await openChat(wsUrl, "s");
  const socket = await openRaw(url, "/ws/s");
  const content = "é日😀".repeat(20);
  const bytes = Buffer.from(JSON.stringify({ content, sender: "user" }));
  socket.write(frame(0x01));
  for (const [index, byte] of bytes.entries()) {
    socket.write(frame(0x00, Buffer.from([byte])));
    // ws cuts a client that sends more than 60 pings in one chunk.
    if (index % 8 === 0) socket.write(frame(0x89, "?"));
  }
  socket.write(frame(0x80));
  expect(await frames.count(1)).toMatchObject([{ message: { content } }]);
  reader.close();
  socket.destroy();
});

test("frames that came with the handshake in one packet are not lost", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { frames, socket: reader } = await openChat(wsUrl, "s");
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    Buffer.concat([Buffer.from(`GET /ws/s ${handshake}`), frame(text, message), frame(text, "{")]),
  );
  expect(await frames.count(1)).toMatchObject([{ message: { content: "Hello" } }]);
  reader.close();
  socket.destroy();
});

test("frames without a good message that come together are answered with an error each, in their order, and others hear nothing of it", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const writer = await openChat(wsUrl, "s");
  const other = await openChat(wsUrl, "s");
  // The limit of this app is greater than the suite's, so that content that is too long there is good here.
  const bad = badMessages.filter(({ what }) => !what.includes("too long"));
  for (const { fields } of bad) writer.socket.send(JSON.stringify(fields));
  for (const sent of textsWithoutMessage) writer.socket.send(sent.text);
  writer.socket.send(message);
  const got = await writer.frames.count(bad.length + textsWithoutMessage.length + 1);
  const expected = [
    ...bad.map(({ faults }) => faults.map((fault) => fault.join(": ")).join("; ")),
    ...textsWithoutMessage.map(({ refusal }) => expect.stringMatching(refusal) as string),
  ];
  for (const [index, each] of got.slice(0, -1).entries()) {
    expect.soft(Object.keys(each)).toEqual(["error"]);
    expect.soft(each.error).toMatchObject({ code: "BAD_REQUEST", message: expected[index] });
  }
  expect(got.at(-1)).toEqual({
    session_id: "s",
    message: { id: 1, content: "Hello", sender: "user", timestamp: expect.any(String) as string },
  });
  expect(await other.frames.count(1)).toEqual([got.at(-1)]);
  writer.socket.close();
  other.socket.close();
});

test("a frame that breaks the protocol after the server has begun to close ends nothing but its own socket", async () => {
  const server = await startServer();
  await createSession(server.url, { id: "s" });
  const socket = await openRaw(server.url, "/ws/s");
  const closing = once(socket, "data");
  // The server waits for the socket to close while it still answers the first of these.
  socket.write(Buffer.concat([frame(text, '{"content":5}'), frame(0x82, "binary")]));
  await closing;
  socket.write(frame(0xc1, message));
  socket.resume();
  await once(socket, "close");
  expect((await send(server.url, "s", "still here")).content).toBe("still here");
  expect(server.process.exitCode).toBe(null);
});

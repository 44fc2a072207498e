import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { onTestFinished } from "vitest";
import { Collector } from "./readers.ts";

export type RawFrame = { opcode: number; payload: Buffer };

export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** A WebSocket that does nothing by itself: it answers no ping and does not complete the closing handshake. */
export type RawSocket = {
  socket: Socket;
  frames: Collector<RawFrame>;
  /** Resolves when the server has ended the connection. */
  ended: Promise<void>;
};

/** Opens such a socket. It is destroyed with the test. */
export async function openRawSocket(wsUrl: string, path: string): Promise<RawSocket> {
  const { hostname, port } = new URL(wsUrl);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  const ended = once(socket, "close").then(() => undefined);
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
  );
  const frames = new Collector<RawFrame>();
  let bytes = Buffer.alloc(0);
  let isOpen = false;
  const { promise: opened, resolve: open, reject: refuse } = Promise.withResolvers<undefined>();
  socket.on("data", (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    if (!isOpen) {
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!bytes.toString("latin1").startsWith("HTTP/1.1 101 ")) return refuse(new Error(bytes.toString()));
      isOpen = true;
      bytes = bytes.subarray(end + 4);
      open(undefined);
    }
    for (let frame = readFrame(bytes); frame; frame = readFrame(bytes)) {
      bytes = bytes.subarray(frame.size);
      frames.add(frame);
    }
  });
  await opened;
  return { socket, frames, ended };
}

/** The code of a close frame; undefined for any other frame. */
export function closeCodeOf({ opcode, payload }: RawFrame): number | undefined {
  return opcode === opcodes.close ? payload.readUInt16BE(0) : undefined;
}

/** The first frame, if it is complete. A server's frames are not masked. */
function readFrame(bytes: Buffer): (RawFrame & { size: number }) | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const wide = { 126: 2, 127: 8 }[second & 127] ?? 0;
  const start = 2 + wide;
  if (bytes.length < start) return undefined;
  const length = wide === 0 ? second & 127 : bytes.readUIntBE(start - Math.min(wide, 6), Math.min(wide, 6));
  if (bytes.length < start + length) return undefined;
  return { opcode: first & 15, payload: bytes.subarray(start, start + length), size: start + length };
}

import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import type { Wire, WireListener } from "./feed.ts";

const opcodes = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 };

/**
 * A WebSocket as RFC 6455 has it and no more: no extensions. It answers pings and costs the load generator a
 * fraction of what a full client does.
 *
 * @throws if the server refuses it.
 */
export async function openWireSocket(url: string, { onText, onClose }: WireListener): Promise<Wire> {
  const { hostname, port, pathname, search } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  socket.write(
    `GET ${pathname}${search} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
  );
  let rest: Buffer = Buffer.alloc(0);
  const fragments: Buffer[] = [];
  let isOpen = false;
  let code = 1006;
  const opened = Promise.withResolvers<void>();
  const take = (chunk: Buffer): void => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!isOpen) {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (rest.toString("latin1", 9, 12) !== "101") return opened.reject(new Error(rest.toString()));
      rest = rest.subarray(end + 4);
      isOpen = true;
      opened.resolve();
    }
    for (let frame = readFrame(rest); frame; frame = readFrame(rest)) {
      rest = rest.subarray(frame.end);
      if (frame.opcode === opcodes.text && frame.isLast) onText(frame.payload);
      else if (frame.opcode === opcodes.text || frame.opcode === opcodes.continuation) {
        fragments.push(frame.payload);
        if (frame.isLast) onText(Buffer.concat(fragments.splice(0)));
      }
      if (frame.opcode === opcodes.ping) socket.write(toFrame(opcodes.pong, frame.payload));
      if (frame.opcode === opcodes.close) {
        code = frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : 1005;
        socket.end(toFrame(opcodes.close, frame.payload));
      }
    }
  };
  // Cutting a connection with something unread in it is an error to the other end, and to this one if it writes then.
  socket.on("error", () => undefined);
  socket.on("close", () => {
    opened.reject(new Error("The server has closed the connection."));
    onClose(code);
  });
  socket.on("data", take);
  await opened.promise;
  return {
    bytesRead: () => socket.bytesRead,
    send: (text) => void socket.write(toFrame(opcodes.text, Buffer.from(text))),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => void socket.destroy(),
  };
}

/** Undefined while it is not whole. */
function readFrame(
  bytes: Buffer,
): { opcode: number; isLast: boolean; payload: Buffer; end: number } | undefined {
  if (bytes.length < 2) return undefined;
  let length = (bytes[1] ?? 0) & 0x7f;
  let start = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    start = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    start = 10;
  }
  const end = start + length;
  if (bytes.length < end) return undefined;
  const [first = 0] = bytes;
  return { opcode: first & 0x0f, isLast: first >= 0x80, payload: bytes.subarray(start, end), end };
}

/** A client's frames are masked; with a mask of zeros the payload stays as it is. */
function toFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.alloc(6) : Buffer.alloc(8);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = 0x80 | length;
  else {
    if (length > 0xffff) throw new Error("A frame of the load generator has at most 65,535 bytes.");
    head[1] = 0x80 | 126;
    head.writeUInt16BE(length, 2);
  }
  return Buffer.concat([head, payload]);
}

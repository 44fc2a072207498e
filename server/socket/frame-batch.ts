import type { Piece } from "../http/buffer-account.ts";
import type { JsonParts } from "../http/whole-json.ts";
import { byteLengthOf } from "../http/whole-json.ts";

/**
 * WebSocket text frames from a server (RFC 6455, §5.2), ready for the wire and made once for all sockets: several small
 * ones, or a single one that is larger than {@link maxTogetherBytes}.
 */
export type FrameBatch = Piece & {
  readonly wire: Buffer;
  /** The length of the first header. */
  readonly headerBytes: number;
};

/** A text for one socket, in parts that are not joined. */
export type TextInParts = Piece & { readonly parts: readonly Buffer[] };

export function toTextInParts(parts: JsonParts): TextInParts {
  const bytes = parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part));
  return { parts: bytes, byteLength: byteLengthOf(bytes), waits: 0 };
}

/** The most bytes of frames that are sent together, and that are passed to the operating system at a time. */
export const maxTogetherBytes = 64 * 1024;

/** The payload of a large frame, in fragments. Pings can be sent between them. */
export function toFragments(part: Buffer): Buffer[] {
  const count = Math.ceil(part.length / maxTogetherBytes);
  return Array.from({ length: count }, (_, index) =>
    part.subarray(index * maxTogetherBytes, (index + 1) * maxTogetherBytes),
  );
}

const finalText = 0x81;

/** A frame for each text, in their order. */
export function toFrameBatches(texts: readonly string[]): FrameBatch[] {
  const pieces: FrameBatch[] = [];
  let together: Frame[] = [];
  let bytes = 0;
  for (const text of texts) {
    const frame = measure(text);
    if (together.length > 0 && bytes + frame.bytes > maxTogetherBytes) {
      pieces.push(write(together, bytes));
      together = [];
      bytes = 0;
    }
    together.push(frame);
    bytes += frame.bytes;
  }
  if (together.length > 0) pieces.push(write(together, bytes));
  return pieces;
}

export function toTextFrame(text: string): FrameBatch {
  const frame = measure(text);
  return write([frame], frame.bytes);
}

type Frame = { text: string; payloadBytes: number; headerBytes: number; bytes: number };

function measure(text: string): Frame {
  const payloadBytes = Buffer.byteLength(text);
  return { text, payloadBytes, ...sizesOf(payloadBytes) };
}

function sizesOf(payloadBytes: number): { headerBytes: number; bytes: number } {
  const headerBytes = payloadBytes < 126 ? 2 : payloadBytes < 0x1_0000 ? 4 : 10;
  return { headerBytes, bytes: headerBytes + payloadBytes };
}

function write(frames: readonly Frame[], bytes: number): FrameBatch {
  const wire = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const { text, payloadBytes } of frames) {
    at = writeHeader(wire, at, payloadBytes);
    at += wire.write(text, at);
  }
  return { wire, headerBytes: frames[0]?.headerBytes ?? 0, byteLength: bytes, waits: 0 };
}

/** The header of a frame with a payload of this size, as latin1: a string costs less than another buffer. */
export function frameHeader(payloadBytes: number): string {
  return scratch.toString("latin1", 0, writeHeader(scratch, 0, payloadBytes));
}

const scratch = Buffer.alloc(10);

/** @returns the index at which the payload begins */
function writeHeader(wire: Buffer, at: number, size: number): number {
  wire[at] = finalText;
  if (size < 126) {
    wire[at + 1] = size;
    return at + 2;
  }
  if (size < 0x1_0000) {
    wire[at + 1] = 126;
    return wire.writeUInt16BE(size, at + 2);
  }
  wire[at + 1] = 127;
  return wire.writeBigUInt64BE(BigInt(size), at + 2);
}

/** A WebSocket text frame of a server (RFC 6455, §5.2), ready for the wire: made once however many sockets it is sent to. */
export type TextFrame = {
  readonly payload: Buffer;
  /** Header and payload, in one piece. */
  readonly wire: Buffer;
};

const finalText = 0x81;

export function toTextFrame(text: string): TextFrame {
  const bytes = Buffer.byteLength(text);
  const extendedBytes = bytes < 126 ? 0 : bytes < 0x1_0000 ? 2 : 8;
  const headerBytes = 2 + extendedBytes;
  const wire = Buffer.allocUnsafe(headerBytes + bytes);
  wire[0] = finalText;
  if (extendedBytes === 0) wire[1] = bytes;
  else if (extendedBytes === 2) {
    wire[1] = 126;
    wire.writeUInt16BE(bytes, 2);
  } else {
    wire[1] = 127;
    wire.writeBigUInt64BE(BigInt(bytes), 2);
  }
  wire.write(text, headerBytes);
  return { payload: wire.subarray(headerBytes), wire };
}

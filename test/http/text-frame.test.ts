import type { Writable } from "node:stream";
import { expect, test } from "vitest";
import * as ws from "ws";
import { toTextFrame } from "../../server/http/text-frame.ts";

// Exported, and not in its types.
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable };

/** What a WebSocket client makes of bytes off the wire. */
async function receive(wire: Buffer): Promise<string> {
  const receiver = new Receiver({ isServer: false });
  const message = new Promise<string>((resolve, reject) => {
    receiver.on("message", (data: Buffer) => resolve(data.toString()));
    receiver.on("error", reject);
  });
  receiver.write(wire);
  return message;
}

test.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])(
  "a frame of %i bytes is one to a client",
  async (size) => {
    const text = "x".repeat(size);
    const frame = toTextFrame(text);
    expect(await receive(frame.wire)).toBe(text);
    expect(frame.payload.toString()).toBe(text);
  },
);

test("its length is that of the bytes, not of the characters", async () => {
  const text = "ö🙂".repeat(21);
  expect(await receive(toTextFrame(text).wire)).toBe(text);
});

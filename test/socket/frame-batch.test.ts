import type { Writable } from "node:stream";
import { expect, test } from "vitest";
import * as ws from "ws";
import { maxTogetherBytes, toTextFrame, toFrameBatches } from "../../server/socket/frame-batch.ts";

// Exported, and not in its types.
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable };

/** The messages that a WebSocket client reads from these bytes, which hold so many of them. */
async function receive(wire: Buffer, count: number): Promise<string[]> {
  const receiver = new Receiver({ isServer: false });
  const messages: string[] = [];
  const all = new Promise<string[]>((resolve, reject) => {
    receiver.on("message", (data: Buffer) => {
      if (messages.push(data.toString()) === count) resolve(messages);
    });
    receiver.on("error", reject);
  });
  receiver.write(wire);
  return all;
}

test.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])(
  "a frame of %i bytes is one to a client",
  async (size) => {
    const text = "x".repeat(size);
    const frame = toTextFrame(text);
    expect(await receive(frame.wire, 1)).toEqual([text]);
    expect(frame.wire.subarray(frame.headerBytes).toString()).toBe(text);
  },
);

test("its length is that of the bytes, not of the characters", async () => {
  const text = "ö🙂".repeat(21);
  expect(await receive(toTextFrame(text).wire, 1)).toEqual([text]);
});

test("small frames go together up to a size, and a larger one by itself, in the order of their texts", async () => {
  const sizes = [1, 200, 65_000, 300, 65_531, 65_532, 65_533, 200_000, 5, 0];
  const texts = sizes.map((size, index) => String.fromCharCode(97 + index).repeat(size));
  const pieces = toFrameBatches(texts);
  expect(await receive(Buffer.concat(pieces.map(({ wire }) => wire)), texts.length)).toEqual(texts);
  expect(pieces.map(({ wire }) => wire.length)).toEqual([65_515, 65_535, 65_536, 65_537, 200_010, 9]);
  for (const { wire, headerBytes } of pieces) {
    if (wire.length <= maxTogetherBytes) continue;
    expect(await receive(wire, 1)).toEqual([wire.subarray(headerBytes).toString()]);
  }
});

test("no text is no frame", () => {
  expect(toFrameBatches([])).toEqual([]);
});

import type { MessageSize } from "./rows.ts";

/** Of up to so many messages those that are small are read without asking first how large they are. */
export const fewMessages = 100;

/** How much content any other chunk of messages holds, in bytes, unless a single message has more. */
const chunkBytes = 128 * 1024;

/** A small read has at most so much content, in bytes. It takes no longer than most requests. */
export const smallReadBytes = 64 * 1024;

/** How many of these, from the first, make a chunk. */
export function countInChunk(sizes: readonly MessageSize[]): number {
  let total = 0;
  const tooMany = sizes.findIndex(({ bytes }) => (total += bytes) > chunkBytes);
  return tooMany < 0 ? sizes.length : Math.max(1, tooMany);
}

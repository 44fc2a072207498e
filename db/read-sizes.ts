import type { MessageSize } from "./rows.ts";

/** Up to this many messages, the small ones are read without a query for their sizes first. */
export const fewMessages = 100;

/** The most content that a chunk of more messages holds, in bytes, unless it has only one message. */
const chunkBytes = 128 * 1024;

/** The most content of a small read, in bytes. Such a read takes no longer than most requests. */
export const smallReadBytes = 64 * 1024;

/** The number of messages, from the first, that make up a chunk. */
export function countInChunk(sizes: readonly MessageSize[]): number {
  let total = 0;
  const tooMany = sizes.findIndex(({ bytes }) => (total += bytes) > chunkBytes);
  return tooMany < 0 ? sizes.length : Math.max(1, tooMany);
}

import { memoize } from "../live/memoize.ts";
import type { Encoding } from "./socket-sink.ts";
import type { FrameBatch } from "./frame-batch.ts";
import { toFrameBatches } from "./frame-batch.ts";

/**
 * Encodings that share the frames of what is sent to many sockets among all whose envelope is the same: the part of a
 * text that is not of the item, but of the client that it goes to.
 */
export function envelopedEncoding<Item>(
  toText: (envelope: string, item: Item) => string,
): (envelope: string) => Encoding<Item> {
  const framesOf = memoize<readonly Item[], Map<string, readonly FrameBatch[]>>(() => new Map());
  return (envelope) => ({
    toText: (item) => toText(envelope, item),
    toSharedBatches(items) {
      const known = framesOf(items);
      let frames = known.get(envelope);
      if (!frames) {
        frames = toFrameBatches(items.map((item) => toText(envelope, item)));
        known.set(envelope, frames);
      }
      return frames;
    },
  });
}

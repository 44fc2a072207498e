import { memoize } from "../domain/memoize.ts";
import type { Encoding } from "./socket-sink.ts";
import type { TextFrames } from "./text-frames.ts";
import { toTextFrames } from "./text-frames.ts";

/**
 * Encodings that share the frames of what is sent to many sockets among all whose envelope is the same: the part of a
 * text that is not of the item, but of the client that it goes to.
 */
export function envelopedEncoding<Item>(
  toText: (envelope: string, item: Item) => string,
): (envelope: string) => Encoding<Item> {
  const framesOf = memoize<readonly Item[], Map<string, readonly TextFrames[]>>(() => new Map());
  return (envelope) => ({
    toText: (item) => toText(envelope, item),
    toSharedFrames(items) {
      const known = framesOf(items);
      let frames = known.get(envelope);
      if (!frames) {
        frames = toTextFrames(items.map((item) => toText(envelope, item)));
        known.set(envelope, frames);
      }
      return frames;
    },
  });
}

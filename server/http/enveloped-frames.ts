import { memoize } from "../domain/memoize.ts";
import type { ToFrames } from "./socket-sink.ts";
import type { TextFrame } from "./text-frame.ts";

/**
 * Makes the frames of what is sent to many sockets once for all whose envelope is the same: the part of a frame that is
 * not of the item, but of the client that it goes to.
 */
export function envelopedFrames<Item>(
  toFrame: (envelope: string, item: Item) => TextFrame,
): (envelope: string) => ToFrames<Item> {
  const framesOf = memoize<readonly Item[], Map<string, readonly TextFrame[]>>(() => new Map());
  return (envelope) => (items) => {
    const known = framesOf(items);
    let frames = known.get(envelope);
    if (!frames) {
      frames = items.map((item) => toFrame(envelope, item));
      known.set(envelope, frames);
    }
    return frames;
  };
}

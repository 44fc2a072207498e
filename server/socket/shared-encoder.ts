import type { LogEvent, TrackedEvent } from "../live/change-log.ts";
import { toJson, toSharedJson } from "../live/event-json.ts";
import type { FrameBatch } from "./frame-batch.ts";
import { toFrameBatches } from "./frame-batch.ts";
import type { Encoding } from "./socket-sink.ts";

/** Makes the text of an event for a socket. */
export type FrameText<Event extends LogEvent> = (
  /** The part of the text that depends on the receiver and not on the event. */
  envelope: string,
  item: TrackedEvent<Event>,
  json: string,
) => string;

/** Encodes live events. The JSON of an event for many sockets is made once. */
export function sharedEventEncoder<Event extends LogEvent>(
  toText: FrameText<Event>,
): (envelope: string) => Encoding<TrackedEvent<Event>> {
  return sharedEncoder((envelope, item, isShared) =>
    toText(envelope, item, isShared ? toSharedJson(item) : toJson(item)),
  );
}

/**
 * Encodes items. Their frames are made once for all sockets with the same envelope.
 *
 * @param toText `isShared` tells whether the text is for many sockets
 */
export function sharedEncoder<Item extends object>(
  toText: (envelope: string, item: Item, isShared: boolean) => string,
): (envelope: string) => Encoding<Item> {
  const made = new WeakMap<readonly Item[], Map<string, readonly FrameBatch[]>>();
  return (envelope) => ({
    toText: (item) => toText(envelope, item, false),
    toSharedBatches(items) {
      const byEnvelope = made.get(items) ?? new Map<string, readonly FrameBatch[]>();
      let batches = byEnvelope.get(envelope);
      if (!batches) {
        batches = toFrameBatches(items.map((item) => toText(envelope, item, true)));
        made.set(items, byEnvelope.set(envelope, batches));
      }
      return batches;
    },
  });
}

import type { Positioned } from "../domain/follow-log.ts";
import { toJson } from "../domain/event-json.ts";
import type { LogEvent } from "../domain/log.ts";
import type { TextFrame } from "../http/text-frame.ts";
import { toTextFrame } from "../http/text-frame.ts";
import type { ErrorShape } from "./error-shape.ts";

/** What of a request is in each of its answers. */
export type RequestName = { id: number | string | null; jsonrpc?: "2.0" | undefined };

export type Answer =
  | { result: { type: "started" } | { type: "stopped" } | { type: "data"; data: unknown } }
  | { error: ErrorShape };

/** An answer as tRPC's own adapter encodes it, to the byte. */
export function answerFrame({ id, jsonrpc }: RequestName, answer: Answer): TextFrame {
  return toTextFrame(JSON.stringify({ id, jsonrpc, ...answer }));
}

/** Asks every client to open another socket and to go on there. */
export const reconnectFrame = toTextFrame(JSON.stringify({ id: null, method: "reconnect" }));

/** The frames of an event by the request that they answer. */
const frames = new WeakMap<object, Map<string, TextFrame>>();

/**
 * Makes the frames of one subscription's events, again as tRPC's own adapter would. An event is encoded once, however many
 * subscriptions it goes to, and so is its frame for requests of the same id: most clients have one subscription, their first.
 */
export function eventFramesOf({ id, jsonrpc }: RequestName): (positioned: Positioned<LogEvent>) => TextFrame {
  const envelope = JSON.stringify({ id, jsonrpc }).slice(0, -1);
  return ({ position, event }) => {
    let known = frames.get(event);
    if (!known) frames.set(event, (known = new Map<string, TextFrame>()));
    let frame = known.get(envelope);
    if (!frame) {
      const place = JSON.stringify(position);
      const data = `{"id":${place},"data":${toJson(event)}}`;
      frame = toTextFrame(`${envelope},"result":{"type":"data","data":${data},"id":${place}}}`);
      known.set(envelope, frame);
    }
    return frame;
  };
}

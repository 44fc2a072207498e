import { toJson } from "../domain/event-json.ts";
import type { LogEvent, Positioned } from "../domain/log.ts";
import { envelopedFrames } from "../http/enveloped-frames.ts";
import type { ToFrames } from "../http/socket-sink.ts";
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

/**
 * Makes the frames of one subscription's events, again as tRPC's own adapter would. They are made once for requests of the
 * same id: most clients have one subscription, their first.
 */
export function eventFramesOf({ id, jsonrpc }: RequestName): ToFrames<Positioned<LogEvent>> {
  return framesOf(JSON.stringify({ id, jsonrpc }).slice(0, -1));
}

const framesOf = envelopedFrames((envelope, item: Positioned<LogEvent>) => {
  const place = JSON.stringify(item.position);
  const data = `{"id":${place},"data":${toJson(item)}}`;
  return toTextFrame(`${envelope},"result":{"type":"data","data":${data},"id":${place}}}`);
});

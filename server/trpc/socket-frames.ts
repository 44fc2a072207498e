import type { LogEvent, TrackedEvent } from "../live/change-log.ts";
import { sharedEventEncoder } from "../socket/shared-encoder.ts";
import type { Encoding } from "../socket/socket-sink.ts";
import type { FrameBatch, TextInParts } from "../socket/frame-batch.ts";
import { toTextInParts, toTextFrame } from "../socket/frame-batch.ts";
import type { JsonParts } from "../http/whole-json.ts";
import type { ErrorShape } from "./error-shape.ts";

/** The fields of a request that each of its answers repeats. */
export type RequestName = { id: number | string | null; jsonrpc?: "2.0" | undefined };

export type Answer =
  | { result: { type: "started" } | { type: "stopped" } | { type: "data"; data: unknown } }
  | { error: ErrorShape };

/** The frame of an answer, byte for byte as tRPC's own adapter encodes it. */
export function answerFrame({ id, jsonrpc }: RequestName, answer: Answer): FrameBatch {
  return toTextFrame(JSON.stringify({ id, jsonrpc, ...answer }));
}

/** The text of a possibly large answer, in the same encoding. */
export function largeAnswer(request: RequestName, data: JsonParts): TextInParts {
  return toTextInParts([`${envelopeOf(request)},"result":{"type":"data","data":`, ...data, "}}"]);
}

/** Asks a client to open another socket and to resume there. */
export const reconnectFrame = toTextFrame(JSON.stringify({ id: null, method: "reconnect" }));

/**
 * The encoding of one subscription's events, byte for byte as tRPC's own adapter encodes them. Subscriptions with the
 * same request id share their frames: most clients have one subscription, with the first id.
 */
export function subscriptionEncoding(request: RequestName): Encoding<TrackedEvent<LogEvent>> {
  return encodingFor(envelopeOf(request));
}

function envelopeOf({ id, jsonrpc }: RequestName): string {
  return JSON.stringify({ id, jsonrpc }).slice(0, -1);
}

const encodingFor = sharedEventEncoder<LogEvent>((envelope, { position }, json) => {
  const id = `"${position}"`;
  return `${envelope},"result":{"type":"data","data":{"id":${id},"data":${json}},"id":${id}}}`;
});

/** The answer to the text `PING`, tRPC's own keep-alive for clients. */
export const pongFrame = toTextFrame("PONG");

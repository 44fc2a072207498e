import { toJson } from "../domain/event-json.ts";
import type { LogEvent, Positioned } from "../domain/log.ts";
import { envelopedEncoding } from "../http/enveloped-encoding.ts";
import type { Encoding } from "../http/socket-sink.ts";
import type { TextFrames, TextInParts } from "../http/text-frames.ts";
import { toTextInParts, toTextFrame } from "../http/text-frames.ts";
import type { JsonParts } from "../http/whole-json.ts";
import type { ErrorShape } from "./error-shape.ts";

/** What of a request is in each of its answers. */
export type RequestName = { id: number | string | null; jsonrpc?: "2.0" | undefined };

export type Answer =
  | { result: { type: "started" } | { type: "stopped" } | { type: "data"; data: unknown } }
  | { error: ErrorShape };

/** An answer as tRPC's own adapter encodes it, to the byte. */
export function answerFrame({ id, jsonrpc }: RequestName, answer: Answer): TextFrames {
  return toTextFrame(JSON.stringify({ id, jsonrpc, ...answer }));
}

/** The data of an answer that may be large, likewise. */
export function largeAnswer(request: RequestName, data: JsonParts): TextInParts {
  return toTextInParts([`${envelopeOf(request)},"result":{"type":"data","data":`, ...data, "}}"]);
}

/** Asks every client to open another socket and to go on there. */
export const reconnectFrame = toTextFrame(JSON.stringify({ id: null, method: "reconnect" }));

/**
 * One subscription's events, again as tRPC's own adapter would encode them. Those with requests of the same id share their
 * frames: most clients have one subscription, their first.
 */
export function eventEncoding(request: RequestName): Encoding<Positioned<LogEvent>> {
  return encodingFor(envelopeOf(request));
}

function envelopeOf({ id, jsonrpc }: RequestName): string {
  return JSON.stringify({ id, jsonrpc }).slice(0, -1);
}

const encodingFor = envelopedEncoding((envelope, item: Positioned<LogEvent>) => {
  const place = `"${item.position}"`;
  const data = `{"id":${place},"data":${toJson(item)}}`;
  return `${envelope},"result":{"type":"data","data":${data},"id":${place}}}`;
});

/** Answers the sign of life that tRPC's clients can ask for by a text of their own. */
export const pongFrame = toTextFrame("PONG");

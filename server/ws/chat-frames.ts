import type { ServerFrame } from "../contract/chat-frame.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import type { DocumentedMessage } from "../contract/message.ts";
import type { TrackedEvent } from "../live/change-log.ts";
import { sharedEncoder, sharedEventEncoder } from "../socket/shared-encoder.ts";
import type { Encoding } from "../socket/socket-sink.ts";
import type { FrameBatch } from "../socket/frame-batch.ts";
import { toTextFrame } from "../socket/frame-batch.ts";

export function messageFrame(message: DocumentedMessage): FrameBatch {
  return toTextFrame(messageText(message));
}

/** Messages alone, in the original's form. */
export const messageEncoding: Encoding<DocumentedMessage> = sharedEncoder(
  (_envelope, message: DocumentedMessage) => messageText(message),
)("");

function messageText({ session_id, ...message }: DocumentedMessage): string {
  const frame: ServerFrame = { session_id, message };
  return JSON.stringify(frame);
}

/** Live events, for sockets with `events=all`. */
export function chatEventEncoding(sessionId: string): Encoding<TrackedEvent<LiveEvent>> {
  return encodingFor(`{"session_id":${JSON.stringify(sessionId)}`);
}

const encodingFor = sharedEventEncoder<LiveEvent>(
  (envelope, { position }, json) => `${envelope},"position":"${position}","event":${json}}`,
);

export function encodeFrame(frame: ServerFrame): FrameBatch {
  return toTextFrame(JSON.stringify(frame));
}

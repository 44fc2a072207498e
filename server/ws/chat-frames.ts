import type { ServerFrame } from "../contract/chat-frame.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import type { Message } from "../contract/message.ts";
import type { TrackedEvent } from "../live/change-log.ts";
import { memoize } from "../domain/memoize.ts";
import { toDocumented } from "../domain/read-messages.ts";
import { sharedEncoder } from "../socket/shared-encoder.ts";
import type { Encoding } from "../socket/socket-sink.ts";
import type { FrameBatch } from "../socket/frame-batch.ts";
import { toTextFrame, toFrameBatches } from "../socket/frame-batch.ts";

export function messageFrame(message: Message): FrameBatch {
  return toTextFrame(messageText(message));
}

/** Messages alone, in the original's form. */
export const messageEncoding: Encoding<Message> = {
  toText: messageText,
  toSharedBatches: memoize((messages: readonly Message[]) => toFrameBatches(messages.map(messageText))),
};

function messageText(shown: Message): string {
  const { session_id, ...message } = toDocumented(shown);
  const frame: ServerFrame = { session_id, message };
  return JSON.stringify(frame);
}

/** Live events, for sockets with `events=all`. */
export function chatEventEncoding(sessionId: string): Encoding<TrackedEvent<LiveEvent>> {
  return encodingFor(`{"session_id":${JSON.stringify(sessionId)}`);
}

const encodingFor = sharedEncoder<LiveEvent>(
  (envelope, { position }, json) => `${envelope},"position":"${position}","event":${json}}`,
);

export function encodeFrame(frame: ServerFrame): FrameBatch {
  return toTextFrame(JSON.stringify(frame));
}

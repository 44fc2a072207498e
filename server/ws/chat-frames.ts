import type { ServerFrame } from "../contract/chat-frame.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import type { Message } from "../contract/message.ts";
import { toJson } from "../domain/event-json.ts";
import type { Positioned } from "../domain/log.ts";
import { memoize } from "../domain/memoize.ts";
import { toDocumented } from "../domain/read-messages.ts";
import { envelopedEncoding } from "../http/enveloped-encoding.ts";
import type { Encoding } from "../http/socket-sink.ts";
import type { TextFrames } from "../http/text-frames.ts";
import { toTextFrame, toTextFrames } from "../http/text-frames.ts";

export function messageFrame(message: Message): TextFrames {
  return toTextFrame(messageText(message));
}

/** Messages alone, as the original sends them. */
export const messageEncoding: Encoding<Message> = {
  toText: messageText,
  toSharedFrames: memoize((messages: readonly Message[]) => toTextFrames(messages.map(messageText))),
};

function messageText(shown: Message): string {
  const { session_id, ...message } = toDocumented(shown);
  return encode({ session_id, message });
}

/** Live events, for sockets that asked for all of them. */
export function eventEncoding(sessionId: string): Encoding<Positioned<LiveEvent>> {
  return encodingFor(`{"session_id":${JSON.stringify(sessionId)}`);
}

const encodingFor = envelopedEncoding(
  (envelope, item: Positioned<LiveEvent>) =>
    `${envelope},"position":"${item.position}","event":${toJson(item)}}`,
);

export function encodeFrame(frame: ServerFrame): TextFrames {
  return toTextFrame(encode(frame));
}

function encode(frame: ServerFrame): string {
  return JSON.stringify(frame);
}

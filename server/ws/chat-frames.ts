import type { ServerFrame } from "../contract/chat-frame.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import type { Message } from "../contract/message.ts";
import { toJson } from "../domain/event-json.ts";
import type { Positioned } from "../domain/log.ts";
import { memoize } from "../domain/memoize.ts";
import { envelopedFrames } from "../http/enveloped-frames.ts";
import type { ToFrames } from "../http/socket-sink.ts";
import type { TextFrame } from "../http/text-frame.ts";
import { toTextFrame } from "../http/text-frame.ts";

export function messageFrame({ session_id, ...message }: Message): TextFrame {
  return encodeFrame({ session_id, message });
}

/** The frames of messages, made once however many sockets they are sent to. */
export const messageFrames = memoize((messages: readonly Message[]): readonly TextFrame[] =>
  messages.map(messageFrame),
);

/** The frames of live events, for sockets that asked for all of them; made once too. */
export function eventFrames(sessionId: string): ToFrames<Positioned<LiveEvent>> {
  return eventFramesOf(`{"session_id":${JSON.stringify(sessionId)}`);
}

const eventFramesOf = envelopedFrames((envelope, item: Positioned<LiveEvent>) =>
  toTextFrame(`${envelope},"position":${JSON.stringify(item.position)},"event":${toJson(item)}}`),
);

export function encodeFrame(frame: ServerFrame): TextFrame {
  return toTextFrame(JSON.stringify(frame));
}

import type { Message } from "../contract/message.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import type { ServerFrame } from "../contract/chat-frame.ts";
import { toJson } from "../domain/event-json.ts";
import type { Positioned } from "../domain/follow-log.ts";
import type { TextFrame } from "../http/text-frame.ts";
import { toTextFrame } from "../http/text-frame.ts";

const frames = new WeakMap<Message | LiveEvent, TextFrame>();

/** The frame of a message, made once however many sockets it is sent to. */
export function messageFrame(message: Message): TextFrame {
  const known = frames.get(message);
  if (known) return known;
  const { session_id, ...rest } = message;
  const frame = encodeFrame({ session_id, message: rest });
  frames.set(message, frame);
  return frame;
}

/** The frame of a live event, for sockets that asked for all of them; made once too. */
export function eventFrame(sessionId: string, { position, event }: Positioned<LiveEvent>): TextFrame {
  const known = frames.get(event);
  if (known) return known;
  const head = `{"session_id":${JSON.stringify(sessionId)},"position":${JSON.stringify(position)},"event":`;
  const frame = toTextFrame(`${head}${toJson(event)}}`);
  frames.set(event, frame);
  return frame;
}

export function encodeFrame(frame: ServerFrame): TextFrame {
  return toTextFrame(JSON.stringify(frame));
}

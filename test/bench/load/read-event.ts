import type { Delta } from "./feed.ts";

/** The event in a frame or a block of a live door, read without parsing its JSON: the load generator has thousands a second. */
export type WireEvent = {
  /** `message`, `snapshot`, `caught_up` … */
  type: string;
  /** Its position; on the plain chat, which has none, the id of the message. */
  seq: number;
  /** The position of the event before it. The plain chat does not say. */
  prev: number | undefined;
  /** The time that `stamp` put into the content of a message. */
  sentAt: number;
  /** The content of a `message_delta`. Its text must need no escapes. */
  delta: Delta | undefined;
};

const seqMark = Buffer.from('","seq":');
const prevMark = Buffer.from('"prev":');
const chatMark = Buffer.from('"message":{"id":');
const replyMark = Buffer.from('"message_id":');
const offsetMark = Buffer.from('"offset":');
const textMark = Buffer.from('"text":"');
const contentMark = Buffer.from('"content":"');
const quote = '"'.charCodeAt(0);

/** Content that says when it was sent. */
export function stamp(length: number): string {
  return `${performance.now().toFixed(3)} `.padEnd(length, "x");
}

/** Undefined for what is no live event: a heartbeat, the beginning of a subscription. */
export function readEvent(text: Buffer): WireEvent | undefined {
  const typeEnd = text.indexOf(seqMark);
  if (typeEnd < 0) return undefined;
  const type = text.toString("latin1", text.lastIndexOf(quote, typeEnd - 1) + 1, typeEnd);
  return {
    type,
    seq: numberAt(text, typeEnd + seqMark.length),
    // Last: a message that is shown in a snapshot would have none, and content may say anything.
    prev: numberAt(text, text.lastIndexOf(prevMark) + prevMark.length),
    sentAt: type === "message" ? readSentAt(text) : Number.NaN,
    delta: type === "message_delta" ? readDelta(text) : undefined,
  };
}

/** The same of the plain chat, where each frame is a message. */
export function readChatFrame(text: Buffer): WireEvent | undefined {
  const at = text.indexOf(chatMark);
  if (at < 0) return undefined;
  return {
    type: "message",
    seq: numberAt(text, at + chatMark.length),
    prev: undefined,
    sentAt: readSentAt(text),
    delta: undefined,
  };
}

function readDelta(text: Buffer): Delta {
  const begin = text.indexOf(textMark) + textMark.length;
  return {
    messageId: numberAt(text, text.indexOf(replyMark) + replyMark.length),
    offset: numberAt(text, text.indexOf(offsetMark) + offsetMark.length),
    length: text.indexOf(quote, begin) - begin,
  };
}

function readSentAt(text: Buffer): number {
  return numberAt(text, text.indexOf(contentMark) + contentMark.length);
}

function numberAt(text: Buffer, begin: number): number {
  return Number.parseFloat(text.toString("latin1", begin, begin + 16));
}

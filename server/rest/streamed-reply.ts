import type { IncomingMessage, ServerResponse } from "node:http";
import type { LiveEvent } from "../contract/live-event.ts";
import type { Message } from "../contract/message.ts";
import type { UIChunk } from "../contract/reply-chunks.ts";
import { ReplyChunks } from "../contract/reply-chunks.ts";
import { storedParts } from "../contract/ui-message.ts";
import { actions } from "../domain/actions.ts";
import type { Calling } from "../domain/perform.ts";
import type { EventEncoding } from "../http/event-stream.ts";
import { EventStream } from "../http/event-stream.ts";
import { SessionBranch } from "./session-branch.ts";

/** Where a reply is streamed to. */
export type ReplyReceiver = Calling & {
  stopping: AbortSignal;
  request: IncomingMessage;
  response: ServerResponse;
  heartbeatMs: number;
  replyWaitMs: number;
};

export type SoughtReply = {
  sessionId: string;
  /** @param messages those of the latest branch, oldest first */
  find: (messages: readonly Message[]) => Message | undefined;
  /** Whether nothing is sent if there is no reply yet. */
  isOptional?: boolean;
};

/** A reply as a UI message stream of the AI SDK. The end of the stream ends nothing else. */
export class StreamedReply {
  readonly #receiver: ReplyReceiver;
  readonly #sought: SoughtReply;
  readonly #branch = new SessionBranch();
  readonly #chunks = new ReplyChunks();
  #id: number | undefined;
  #hasBegun = false;

  constructor(receiver: ReplyReceiver, sought: SoughtReply) {
    this.#receiver = receiver;
    this.#sought = sought;
  }

  /** @returns false if it sent nothing, since there is no reply yet. @throws {AppError} before anything is sent */
  async send(): Promise<boolean> {
    const { caller, perform, request, response, stopping, heartbeatMs, replyWaitMs } = this.#receiver;
    const { sessionId, isOptional = false } = this.#sought;
    using stream = new EventStream<UIChunk>(response, {
      encoding,
      headers: { "x-vercel-ai-ui-message-stream": "v1" },
      heartbeat: { text: ":\n\n", intervalMs: heartbeatMs },
      stopping,
    });
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), replyWaitMs);
    const signal = AbortSignal.any([stream.signal, waiting.signal]);
    try {
      const wanted = { session_id: sessionId, after: undefined, connection: request.socket, signal };
      let isFirst = true;
      for await (const { event } of perform(caller, actions.followSession, wanted)) {
        const chunks = this.#take(event);
        if (this.#hasBegun) clearTimeout(timer);
        else if (isFirst && isOptional && this.#id === undefined) return false;
        // The headers of a stream that waits are sent at once.
        if (isFirst && chunks.length === 0) stream.write(":\n\n");
        isFirst = false;
        if (chunks.length > 0) await stream.whenWritable(() => Promise.resolve(stream.send(chunks)));
        if (this.#chunks.isOver || response.writableEnded) break;
      }
    } finally {
      clearTimeout(timer);
    }
    if (waiting.signal.aborted) stream.send([{ type: "error", errorText: noReply(replyWaitMs) }]);
    if (!stream.signal.aborted) stream.write("data: [DONE]\n\n");
    stream.end();
    return true;
  }

  /** The chunks that an event brings. */
  #take(event: LiveEvent): UIChunk[] {
    this.#branch.take(event);
    const reply =
      this.#id === undefined ? this.#sought.find(this.#branch.messages) : this.#branch.find(this.#id);
    const isGone = this.#branch.isDeleted || (this.#id !== undefined && !reply);
    if (isGone) {
      this.#hasBegun = this.#chunks.isOver = true;
      return [{ type: "error", errorText: "The reply was deleted." }];
    }
    if (!reply) return [];
    this.#id = reply.id;
    const chunks = this.#chunks.next(reply, storedParts(reply));
    this.#hasBegun ||= chunks.length > 0;
    return chunks;
  }
}

function noReply(waitMs: number): string {
  return `No assistant answered within ${waitMs / 1000} s. The message is stored: start an assistant, and resume.`;
}

const toText = (chunks: readonly UIChunk[]): string =>
  chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("");

const encoding: EventEncoding<UIChunk> = {
  toText,
  toSharedBytes(chunks) {
    const bytes = Buffer.from(toText(chunks));
    return { bytes, byteLength: bytes.length, waits: 0 };
  },
};

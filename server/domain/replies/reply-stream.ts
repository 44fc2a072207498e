import type { Message } from "../../contract/message.ts";
import type { StreamReplyInput } from "../../contract/reply.ts";
import type { Services } from "../services.ts";
import { appendToReply } from "./append-to-reply.ts";
import { finishReply } from "./finish-reply.ts";

/** The text of a reply that comes as one stream. */
export class ReplyStream {
  readonly #services: Services;
  readonly #input: StreamReplyInput;
  #offset: number;

  constructor(services: Services, input: StreamReplyInput) {
    this.#services = services;
    this.#input = input;
    this.#offset = input.offset ?? 0;
  }

  /** How often {@link hold} must be called while nothing comes, in milliseconds. */
  get holdIntervalMs(): number {
    return this.#services.leases.durationMs / 3;
  }

  /** Appends what comes next. @throws {AppError} as {@link appendToReply} does */
  async append(text: string): Promise<void> {
    const { offset: _, ...named } = this.#input;
    await appendToReply(this.#services, {
      ...named,
      offset: this.#offset,
      text,
      chunks: undefined,
      chunk_offset: undefined,
    });
    this.#offset += text.length;
  }

  /** Renews the lease of the reply. @throws {AppError} CONFLICT if the reply has ended, NOT_FOUND */
  hold(): Promise<void> {
    return this.append("");
  }

  /** Ends the reply, which is complete. */
  finish(): Promise<Message> {
    const { session_id, message_id, key, writer } = this.#input;
    return finishReply(this.#services, { session_id, message_id, key, writer });
  }
}

/**
 * Opens the stream of a reply's text.
 *
 * @throws {AppError} NOT_FOUND; CONFLICT with the reply's length and status (a gap, another writer, or the reply has ended)
 */
export async function openReplyStream(services: Services, input: StreamReplyInput): Promise<ReplyStream> {
  const stream = new ReplyStream(services, input);
  await stream.hold();
  return stream;
}

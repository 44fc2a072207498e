import type { Message } from "../../contract/message.ts";
import { AppError } from "../../contract/app-error.ts";
import type { FinishInput, StreamReplyInput } from "../../contract/reply.ts";
import type { Services } from "../services.ts";
import { appendToReply } from "./append-to-reply.ts";
import { finishReply, isSameEnd, readMessage } from "./finish-reply.ts";
import { findReply } from "./reply-stand.ts";

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

  /**
   * Appends what comes next. A repeat of a stream that has finished the reply appends nothing.
   *
   * @throws {AppError} as {@link appendToReply} does
   */
  async append(text: string): Promise<void> {
    const { offset: _, ...named } = this.#input;
    const piece = { ...named, offset: this.#offset, text, chunks: undefined, chunk_offset: undefined };
    try {
      await appendToReply(this.#services, piece);
    } catch (error) {
      const hasEnded = error instanceof AppError && error.reply?.status === "complete";
      if (!hasEnded || !(await this.#isRepeat(text))) throw error;
    }
    this.#offset += text.length;
  }

  /** Renews the lease of the reply. @throws {AppError} CONFLICT if the reply has ended, NOT_FOUND */
  hold(): Promise<void> {
    return this.append("");
  }

  /** Ends the reply, which is complete. */
  finish(): Promise<Message> {
    return finishReply(this.#services, this.#end);
  }

  get #end(): FinishInput {
    const { session_id, message_id, key, writer } = this.#input;
    return { session_id, message_id, key, writer };
  }

  /** Whether the end of this stream has ended the reply before, with this text at its place. */
  #isRepeat(text: string): Promise<boolean> {
    return this.#services.store.change(this.#input.session_id, async (session) => {
      const found = await findReply(session, this.#input);
      if (!isSameEnd(found, this.#end)) return false;
      const { content } = await readMessage(session, found.id);
      return content.startsWith(text, this.#offset);
    });
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

import type { NextReply } from "../../../server/contract/next-reply.ts";
import { isAnswer, nextReply, replyKeyOf, unanswered } from "../../../server/contract/next-reply.ts";
import { Thread } from "../../../server/contract/thread.ts";
import type { Pauses } from "../chat/pauses.ts";
import type { Client, Message } from "../types.ts";
import { isRefusal } from "./follow-list.ts";

export type SessionRepliesOptions = {
  rpc: Client;
  pauses: Pauses;
  sessionId: string;
  writer: string;
  format: string | undefined;
  /** Aborts the calls. */
  signal: AbortSignal;
};

const pageMessages = 100;

/** Reads and opens the replies of one session. Its calls are repeated until they are answered. */
export class SessionReplies {
  readonly #options: SessionRepliesOptions;
  /** Keys under which nothing can be written: their replies were deleted, or they name other messages. */
  readonly #usedUp = new Set<string>();

  constructor(options: SessionRepliesOptions) {
    this.#options = options;
  }

  /** @returns undefined if there is nothing to write. @throws {ChatError} a refusal, or `aborted` */
  async next(): Promise<NextReply | undefined> {
    return nextReply(await this.#readLatest(), (key) => this.#usedUp.has(key));
  }

  /**
   * Opens a reply, or claims one that was asked for.
   *
   * @returns undefined if another writer was quicker, or the reply is gone. @throws {ChatError} a refusal, or `aborted`
   */
  async open(next: NextReply): Promise<Message | undefined> {
    const { sessionId: session_id, writer, format } = this.#options;
    const { key } = next;
    try {
      const reply = await this.#call((rpc, options) =>
        next.kind === "open"
          ? rpc.message.add.mutate(
              {
                session_id,
                key,
                content: "",
                sender: "assistant",
                status: "streaming",
                writer,
                parent_key: next.parentKey,
                ...(format !== undefined && { format }),
              },
              options,
            )
          : rpc.message.claim.mutate({ session_id, key, writer }, options),
      );
      if (reply.status === "streaming") return reply;
    } catch (error) {
      if (!isRefusal(error, "CONFLICT", "NOT_FOUND", "UNPROCESSABLE_CONTENT")) throw error;
      // With CONFLICT another writer has it, and the log will bring its end.
      if (isRefusal(error, "CONFLICT")) return undefined;
    }
    this.#usedUp.add(key);
    return undefined;
  }

  /** Ends a reply that an earlier run of this writer left open. @returns false if it is not of this writer */
  async abandon(key: string): Promise<boolean> {
    const { sessionId: session_id, writer } = this.#options;
    try {
      await this.#call((rpc, options) =>
        rpc.message.finish.mutate({ session_id, key, writer, status: "interrupted" }, options),
      );
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return false;
    }
  }

  /** Answers a message at once with a reply that has failed. */
  async refuse(message: Message, sentence: string): Promise<void> {
    const reply = await this.open({ kind: "open", key: replyKeyOf(message), parentKey: message.key });
    if (!reply) return;
    const { sessionId: session_id, writer } = this.#options;
    await this.#call((rpc, options) =>
      rpc.message.finish.mutate(
        { session_id, key: reply.key, writer, status: "failed", error: sentence },
        options,
      ),
    );
  }

  /** The latest messages before this one, oldest first. */
  async readBefore(id: number, limit: number): Promise<readonly Message[]> {
    const { sessionId: session_id } = this.#options;
    const { items } = await this.#call((rpc, options) =>
      rpc.message.list.query({ session_id, before: id, limit }, options),
    );
    return items;
  }

  /** This message and those after it. */
  async readFrom(id: number): Promise<readonly Message[]> {
    const { sessionId: session_id } = this.#options;
    const { items } = await this.#call((rpc, options) =>
      rpc.message.list.query({ session_id, after: id - 1, limit: pageMessages }, options),
    );
    return items;
  }

  /** The latest messages, from before the first one that may need an answer. */
  async #readLatest(): Promise<readonly Message[]> {
    const { sessionId: session_id } = this.#options;
    let messages: readonly Message[] = [];
    let cursor: string | undefined;
    do {
      const input = { session_id, order: "newest", limit: pageMessages, ...(cursor && { cursor }) } as const;
      const page = await this.#call((rpc, options) => rpc.message.list.query(input, options));
      messages = [...page.items, ...messages];
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined && !hasAnswered(messages));
    return messages;
  }

  #call<Result>(call: (rpc: Client, options: { signal: AbortSignal }) => Promise<Result>): Promise<Result> {
    const { rpc, pauses, signal } = this.#options;
    return pauses.repeat(() => call(rpc, { signal }), signal);
  }
}

/** Whether the messages begin before the first one that needs an answer: an answer on its branch is among them. */
function hasAnswered(messages: readonly Message[]): boolean {
  const thread = new Thread(messages);
  const [waiting] = unanswered(messages, thread);
  return (waiting ? thread.pathTo(waiting.key) : messages).some(isAnswer);
}

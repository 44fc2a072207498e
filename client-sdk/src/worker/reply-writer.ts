import type { Pauses } from "../chat/pauses.ts";
import type { Client } from "../types.ts";
import { isRefusal } from "./follow-list.ts";
import type { ReplyPiece } from "./options.ts";

export type ReplyWriterOptions = {
  rpc: Client;
  pauses: Pauses;
  reply: { session_id: string; key: string; writer: string };
  /** Aborts the calls. */
  signal: AbortSignal;
  /** The server takes nothing more: the reply has ended, was deleted, or is too long. */
  onRefused: (error: unknown) => void;
};

/** How often a silent writer renews its lease, in milliseconds. The shortest lease that a server should set is 10 s. */
const renewalMs = 3000;

/** A source waits while this many characters are not sent yet. */
const maxWaitingChars = 64 * 1024;

const endsWithinPair = /[\ud800-\udbff]$/;

type ReplyEnd = {
  status?: "stopped" | "failed" | "interrupted";
  error?: string;
  parts?: unknown;
  metadata?: unknown;
};

const refusedEnd: ReplyEnd = {
  status: "failed",
  error: "The answer could not be stored: the server does not take it as it is.",
};

/** Whether the reply has ended or is gone. */
function isOverBy(error: unknown): boolean {
  return isRefusal(error, "CONFLICT", "NOT_FOUND");
}

type Unsent = { text: string; chunks: unknown[] };

/**
 * Appends the pieces of one reply. One append is under way at a time, and the next one takes everything that came
 * meanwhile. An append whose outcome is unknown is repeated, which has no second effect.
 */
export class ReplyWriter {
  readonly #options: ReplyWriterOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #length: number;
  #chunkCount: number;
  #unsent: Unsent = { text: "", chunks: [] };
  #ending: { parts?: unknown; metadata?: unknown } = {};
  #sending: Promise<void> | undefined;
  #isFinishing = false;
  /** The server took an append under no circumstances. */
  #isRefused = false;
  #isOver = false;

  /** @param stand the text and the chunks that the reply has already */
  constructor(options: ReplyWriterOptions, stand: { length: number; chunkCount: number }) {
    this.#options = options;
    this.#length = stand.length;
    this.#chunkCount = stand.chunkCount;
    this.#timer = setInterval(() => this.#send(true), renewalMs);
  }

  /** Appends a piece. Resolves when the source may go on. @throws {TypeError} if it is no piece, or JSON cannot hold it */
  async write(piece: ReplyPiece): Promise<void> {
    const { text = "", chunks = [], ...ending } = typeof piece === "string" ? { text: piece } : piece;
    if ((typeof piece !== "string" && typeof piece !== "object") || typeof text !== "string") {
      throw new TypeError("A reply yields text, or objects with text, chunks, parts and metadata.");
    }
    // It would fail in each attempt to send it.
    JSON.stringify([chunks, ending]);
    this.#unsent.text += text;
    this.#unsent.chunks.push(...chunks);
    Object.assign(this.#ending, ending);
    this.#send(false);
    if (this.#unsent.text.length > maxWaitingChars) await this.#sending;
  }

  /**
   * Sends the rest, and ends the reply. If the server takes some of it under no circumstances, the reply ends as
   * `failed` with the text so far, so that nobody writes it again.
   *
   * @throws {ChatError} a refusal, or `aborted`
   */
  async finish(end: ReplyEnd): Promise<void> {
    clearInterval(this.#timer);
    this.#isFinishing = true;
    while (this.#hasUnsent || this.#sending) {
      this.#send(false);
      await this.#sending;
    }
    if (this.#isOver) return;
    if (this.#isRefused) return this.#end(refusedEnd);
    try {
      await this.#end({ ...this.#ending, ...end });
    } catch (error) {
      if (!isRefusal(error) || isOverBy(error)) throw error;
      await this.#end(refusedEnd);
    }
  }

  async #end(end: ReplyEnd): Promise<void> {
    const { rpc, pauses, reply, signal } = this.#options;
    await pauses.repeat(() => rpc.message.finish.mutate({ ...reply, ...end }, { signal }), signal);
  }

  /** The reply has ended elsewhere: nothing more is sent. */
  end(): void {
    clearInterval(this.#timer);
    this.#isRefused = this.#isOver = true;
  }

  get #hasUnsent(): boolean {
    const { text, chunks } = this.#unsent;
    const isHalf = text.length === 1 && !this.#isFinishing && endsWithinPair.test(text);
    return !this.#isRefused && ((text !== "" && !isHalf) || chunks.length > 0);
  }

  /** @param renews whether an append of nothing is sent too, which renews the lease */
  #send(renews: boolean): void {
    if (this.#sending || this.#isRefused || (!renews && !this.#hasUnsent)) return;
    this.#sending = this.#append().finally(() => {
      this.#sending = undefined;
      this.#send(false);
    });
  }

  /** A source may end a piece within a pair of surrogates. The server takes whole characters alone. */
  #take(): Unsent & { rest: string } {
    const { text, chunks } = this.#unsent;
    const rest = !this.#isFinishing && endsWithinPair.test(text) ? text.slice(-1) : "";
    return { text: text.slice(0, text.length - rest.length).toWellFormed(), chunks, rest };
  }

  async #append(): Promise<void> {
    const { rpc, pauses, reply, signal, onRefused } = this.#options;
    const { text, chunks, rest } = this.#take();
    this.#unsent = { text: rest, chunks: [] };
    const input = {
      ...reply,
      offset: this.#length,
      text,
      ...(chunks.length > 0 && { chunks, chunk_offset: this.#chunkCount }),
    };
    try {
      await pauses.repeat(() => rpc.message.append.mutate(input, { signal }), signal);
      this.#length += text.length;
      this.#chunkCount += chunks.length;
    } catch (error) {
      if (isOverBy(error) || signal.aborted) this.end();
      this.#isRefused = true;
      onRefused(error);
    }
  }
}

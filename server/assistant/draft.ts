import { setTimeout as wait } from "node:timers/promises";
import type { Message } from "../contract/message.ts";
import type { FinishInput } from "../contract/reply.ts";
import { actions } from "../domain/actions.ts";
import type { Calling } from "../domain/perform.ts";
import { toAppError } from "../domain/to-app-error.ts";
import { assistantWriter } from "./assistant-writer.ts";

/** The pause before a request is repeated that the database could not take, in milliseconds. */
const pauseMs = 500;

/** The most characters that wait for the database before the model does, in UTF-16 code units. */
const mostWaiting = 65_536;

export type DraftOptions = {
  /** How long the database may fail before the reply is given up, in milliseconds. */
  patienceMs: number;
  /** Ends that patience. */
  signal: AbortSignal;
  /** Called when the reply takes no more text. */
  onRefused: () => void;
};

/**
 * The text of one reply on its way to the database. One append is under way at a time; the text that comes meanwhile goes
 * with the next append.
 */
export class Draft {
  readonly #calling: Calling;
  readonly #reply: Message;
  readonly #options: DraftOptions;
  /** The length of the text that is stored. */
  #offset = 0;
  /** Whether no text was added. */
  isEmpty = true;
  #waiting = "";
  #sending: Promise<void> | undefined;
  #refusal: { error: unknown } | undefined;

  constructor(calling: Calling, reply: Message, options: DraftOptions) {
    this.#calling = calling;
    this.#reply = reply;
    this.#options = options;
  }

  /** Why the reply takes no more text. */
  get refusal(): { error: unknown } | undefined {
    return this.#refusal;
  }

  /** Adds text. Resolves when more may be added. */
  async add(text: string): Promise<void> {
    const storable = text.replaceAll("\0", "");
    this.#waiting += storable;
    this.isEmpty &&= storable === "";
    this.renew();
    if (this.#waiting.length > mostWaiting) await this.#sending;
  }

  /** Renews the lease of the reply. */
  renew(): void {
    if (!this.#refusal) this.#sending ??= this.#send();
  }

  /** Ends the reply, after all text that was added. @throws {AppError} */
  async finish(end: Pick<FinishInput, "status" | "error"> = {}): Promise<void> {
    await this.#sending;
    if (this.#refusal) throw this.#refusal.error;
    if (this.#waiting !== "") await this.#append(this.#waiting.toWellFormed());
    await this.#patiently(() => this.#finish(end));
  }

  /** Ends the reply as interrupted, with the text that is stored. @throws {AppError} */
  async leave(): Promise<void> {
    await this.#sending;
    await this.#finish({ status: "interrupted" });
  }

  /** Appends what waits, and at first nothing if nothing does: an append of nothing renews the lease. */
  async #send(): Promise<void> {
    try {
      let text = this.#take();
      do {
        await this.#append(text);
        text = this.#take();
      } while (text !== "");
    } catch (error) {
      this.#refusal = { error };
      this.#options.onRefused();
    }
    this.#sending = undefined;
  }

  /** The text that waits. The first half of a surrogate pair waits for the second one. */
  #take(): string {
    const end = this.#waiting.length - (/[\uD800-\uDBFF]$/.test(this.#waiting) ? 1 : 0);
    const text = this.#waiting.slice(0, end).toWellFormed();
    this.#waiting = this.#waiting.slice(end);
    return text;
  }

  async #append(text: string): Promise<void> {
    const { caller, perform } = this.#calling;
    const piece = { offset: this.#offset, text, chunks: undefined, chunk_offset: undefined };
    await this.#patiently(() => perform(caller, actions.appendToReply, { ...this.#name, ...piece }));
    this.#offset += text.length;
  }

  async #finish(end: Pick<FinishInput, "status" | "error">): Promise<void> {
    const { caller, perform } = this.#calling;
    await perform(caller, actions.finishReply, { ...this.#name, ...end });
  }

  get #name() {
    const { session_id, id } = this.#reply;
    return { session_id, message_id: id, key: undefined, writer: assistantWriter };
  }

  /** Repeats a request while the database cannot be used. A repeat of an append stores nothing twice. */
  async #patiently(request: () => Promise<unknown>): Promise<void> {
    const { patienceMs, signal } = this.#options;
    const endMs = performance.now() + patienceMs;
    for (;;) {
      try {
        await request();
        return;
      } catch (error) {
        const isOver = signal.aborted || performance.now() > endMs;
        if (isOver || toAppError(error).code !== "SERVICE_UNAVAILABLE") throw error;
        await wait(pauseMs, undefined, { signal });
      }
    }
  }
}

import { setImmediate as nextTurn } from "node:timers/promises";
import type { AnswerShare } from "../domain/answer-share.ts";
import { AppError } from "../contract/app-error.ts";
import type { Account } from "./buffer-account.ts";

/** An answer of at most this size, in bytes, is not counted. */
const smallBytes = 64 * 1024;

/** The approximate memory for reading a large answer, in bytes, besides its gathered JSON. */
const readingBytes = 1024 * 1024;

export type AllowanceOptions = {
  /** The most bytes of JSON of all these answers together. */
  maxBytes: number;
  /** The account in which their memory is counted, if there is one. */
  account: Account | undefined;
  /** The bytes of memory for one byte of JSON while it is answered; default 1. */
  weight?: number;
};

/**
 * The limit on all answers to one request together. The bytes that were read for refused answers have a limit twice as
 * large, so that a request for many such answers is refused early.
 */
export class AnswerAllowance {
  readonly #options: AllowanceOptions;
  #bytes = 0;
  #refusedBytes = 0;
  #reservedBytes = 0;

  constructor(options: AllowanceOptions) {
    this.#options = options;
  }

  /**
   * Begins an answer.
   *
   * @throws {AppError} SERVICE_UNAVAILABLE
   * @param advice tells people how to ask for less, such as `read its messages in pages with message.list`
   */
  begin(advice: string): AnswerShare {
    const { account, weight = 1 } = this.#options;
    // While the budget is full nothing is read, since the answer would have to be refused.
    account?.ledger.assertRoom();
    let bytes = 0;
    let endTurn: (() => void) | undefined;
    return {
      take: async (more) => {
        bytes += more;
        this.#bytes += more;
        this.#assertFits(advice);
        if (bytes <= smallBytes || !account) return;
        this.#reserve(weight * more);
        if (endTurn) return nextTurn();
        // Large answers are made one at a time: reading each takes memory besides its gathered JSON.
        account.ledger.assertRoom();
        account.reserve(readingBytes);
        endTurn = await account.ledger.beginLarge();
        account.release(readingBytes);
        if (account.isClosed) throw new AppError("SERVICE_UNAVAILABLE", "The connection is closed.");
      },
      done: () => endTurn?.(),
      refused: () => {
        endTurn?.();
        this.#bytes -= bytes;
        this.#refusedBytes += bytes;
        if (bytes > smallBytes) this.#reserve(-weight * bytes);
      },
    };
  }

  /** Called when the answers are sent, or are counted elsewhere. */
  release(): void {
    this.#reserve(-this.#reservedBytes);
  }

  #assertFits(advice: string): void {
    const { maxBytes, account } = this.#options;
    if (account?.isClosed) throw new AppError("SERVICE_UNAVAILABLE", "The connection is closed.");
    if (this.#bytes <= maxBytes && this.#refusedBytes <= 2 * maxBytes) return;
    throw new AppError(
      "PAYLOAD_TOO_LARGE",
      `The answer, with the others of its batch, is larger than ${maxBytes} bytes: ${advice}.`,
    );
  }

  #reserve(more: number): void {
    const before = this.#reservedBytes;
    this.#reservedBytes = Math.max(0, before + more);
    const { account } = this.#options;
    if (more > 0) account?.reserve(more);
    else account?.release(before - this.#reservedBytes);
  }
}

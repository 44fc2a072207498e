import { setImmediate as nextTurn } from "node:timers/promises";
import type { AnswerShare } from "../domain/answer-share.ts";
import { AppError } from "../contract/app-error.ts";
import type { Account } from "./buffer-account.ts";

/** The largest answer, in bytes, that is too small to be counted. */
const smallBytes = 64 * 1024;

/** About how much memory reading a large answer takes, in bytes, beside its gathered JSON. */
const readingBytes = 1024 * 1024;

export type AllowanceOptions = {
  /** The most bytes of JSON that the answers may have together. */
  maxBytes: number;
  /** The account that counts their memory, if there is one. */
  account: Account | undefined;
  /** How many bytes of memory one byte of JSON takes while it is answered, 1 by default. */
  weight?: number;
};

/**
 * The limit on the answers to one request together. The bytes read for refused answers have a limit too, twice as large, so
 * that a request for many such answers is refused early.
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
   * @param advice a way to ask for less, for people, such as `read its messages in pages with message.list`
   */
  begin(advice: string): AnswerShare {
    const { account, weight = 1 } = this.#options;
    // While the budget is full nothing is read: the answer would have to be refused.
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
        // Large answers are made one at a time: reading each takes memory beside its gathered JSON.
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

  /** Called when the answers are out, or are counted elsewhere. */
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

import type { Allowance } from "../domain/allowance.ts";
import { AppError } from "../domain/app-error.ts";
import type { Account } from "./buffer-account.ts";

/** Answers that are together no larger are not worth counting. */
const smallBytes = 64 * 1024;

/**
 * How large the answers to one request may be together, in bytes of JSON. What was read for an answer that is then refused
 * counts as well, up to twice as much: a request for many such answers is not so much work.
 */
export class AnswerAllowance {
  readonly #maxBytes: number;
  readonly #account: Account | undefined;
  #bytes = 0;
  #refusedBytes = 0;
  #reservedBytes = 0;

  constructor(maxBytes: number, account: Account | undefined) {
    this.#maxBytes = maxBytes;
    this.#account = account;
  }

  /** @param advice what to call for less, for people, such as `read its messages in pages with message.list` */
  withAdvice(advice: string): Allowance {
    return { take: (bytes) => this.#take(bytes, advice) };
  }

  /** An answer of so many bytes is not sent. */
  giveBack(bytes: number): void {
    this.#bytes -= bytes;
    this.#refusedBytes += bytes;
    this.#reserve();
  }

  /** The answers are out, or counted elsewhere. */
  release(): void {
    this.#bytes = 0;
    this.#reserve();
  }

  #take(bytes: number, advice: string): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes || this.#refusedBytes > 2 * this.#maxBytes) {
      throw new AppError(
        "PAYLOAD_TOO_LARGE",
        `The answer, with the others of its batch, is larger than ${this.#maxBytes} bytes: ${advice}.`,
      );
    }
    if (this.#bytes > smallBytes && this.#reservedBytes === 0) this.#account?.ledger.assertRoom();
    this.#reserve();
  }

  #reserve(): void {
    const bytes = this.#bytes > smallBytes ? this.#bytes : 0;
    const more = bytes - this.#reservedBytes;
    if (more > 0) this.#account?.reserve(more);
    if (more < 0) this.#account?.release(-more);
    this.#reservedBytes = bytes;
  }
}

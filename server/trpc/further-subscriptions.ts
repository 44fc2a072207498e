import { AppError } from "../contract/app-error.ts";

/** The number of subscriptions that every socket may have: together they take as little memory as the socket. */
export const fewSubscriptions = 10;

/** The usual memory of a subscription, in bytes. */
export const subscriptionBytes = 4096;

/** Counts the subscriptions of all sockets beyond the first few of each. */
export class FurtherSubscriptions {
  readonly #max: number;
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** @throws {AppError} TOO_MANY_REQUESTS */
  take(): void {
    if (this.#count >= this.#max) {
      throw new AppError(
        "TOO_MANY_REQUESTS",
        `This server has no room for more than ${fewSubscriptions} subscriptions on a socket now: try again later.`,
      );
    }
    this.#count += 1;
  }

  release(): void {
    this.#count -= 1;
  }
}

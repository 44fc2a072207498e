import type { Desk } from "../domain/desk.ts";

/** What a procedure works with. The SDK's types leave the inside out: it is the server's own. */
export type Context = {
  /** @internal */
  readonly desk: Desk;
  /**
   * The WebSocket that a call came in by. Absent over HTTP, where the transport waits by itself and is one call's own.
   *
   * @internal
   */
  readonly connection?: Connection | undefined;
};

export type Connection = {
  /** Resolves when a subscription may begin to read what it will send. */
  mayBegin(): Promise<void>;
  /** Resolves when it may be sent more. */
  mayYield(): Promise<void>;
  /**
   * Counts a subscription, until it is released.
   *
   * @throws {AppError} TOO_MANY_REQUESTS
   */
  takeSubscription(): { release(): void };
};

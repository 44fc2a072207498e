import type { Desk } from "../domain/desk.ts";

/** What a procedure works with. The SDK's types leave the inside out: it is the server's own. */
export type Context = {
  /** @internal */
  readonly desk: Desk;
  /**
   * Resolves when the connection may be sent more. Absent where the transport waits by itself.
   *
   * @internal
   */
  readonly mayYield?: () => Promise<void>;
};

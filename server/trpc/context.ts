import type { Desk } from "../domain/desk.ts";

/** What a procedure works with. The SDK's types leave the inside out: it is the server's own. */
export type Context = {
  /** @internal */
  readonly desk: Desk;
};

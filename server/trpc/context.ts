import type { Desk } from "../domain/desk.ts";
import type { AnswerAllowance } from "../http/answer-allowance.ts";

/** What a procedure works with. The SDK's types leave the inside out: it is the server's own. */
export type Context = {
  /** @internal */
  readonly desk: Desk;
  /** @internal How large the answers of this request may be. */
  readonly allowance: AnswerAllowance;
  /** @internal The connection that is asked over, where one may follow much. */
  readonly connection?: object;
};

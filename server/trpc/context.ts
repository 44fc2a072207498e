import type { Caller } from "../access/caller.ts";
import type { Perform } from "../domain/perform.ts";
import type { AnswerAllowance } from "../http/answer-allowance.ts";

/** The context of a procedure. Its fields are internal, and the SDK's types omit them. */
export type Context = {
  /** @internal */
  readonly caller: Caller;
  /** @internal */
  readonly perform: Perform;
  /** @internal The limit on the answers to this request. */
  readonly allowance: AnswerAllowance;
  /** @internal The connection of the request. Its subscriptions to one log count as one subscriber. */
  readonly connection?: object;
};

import type { Operation } from "../contract/operations.ts";
import type { Caller } from "./caller.ts";

/**
 * An operation that a caller asks for. `input` has been validated; for an operation on a session it has `session_id`.
 */
export type Asked = {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly input: object;
};

/** Allows or refuses an operation. It refuses by throwing the error that answers the caller. */
export type Guard = (asked: Asked) => void;

export const allowAll: Guard = () => undefined;

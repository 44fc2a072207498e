import type { Operation } from "../contract/operations.ts";
import type { Caller } from "./caller.ts";

/** An operation that a caller asks for. `input` has been validated; that of a session's operation has its `session_id`. */
export type Asked = {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly input: object;
};

/** Decides whether an operation may be performed. It throws the error that the caller is answered with if it may not. */
export type Guard = (asked: Asked) => void;

export const allowAll: Guard = () => undefined;

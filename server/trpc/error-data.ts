import type { ErrorCode } from "../contract/error-codes.ts";
import type { Issue } from "../contract/issue.ts";

/** The `error.data` that a tRPC client gets, besides `error.message`. The SDK's types use this file. */
export type ErrorData = {
  /** The kind of error, for programs. */
  code: ErrorCode;
  /** The HTTP status of the code. */
  httpStatus: number;
  /** The procedure that was called, such as `message.add`. */
  path?: string;
  /** The request's id, if the server failed: the log has details under this id. */
  request_id?: string;
  /** The faults of the input, with `BAD_REQUEST`. */
  issues?: Issue[];
};

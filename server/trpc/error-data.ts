import type { ErrorCode } from "../contract/error-codes.ts";
import type { Issue } from "../contract/issue.ts";

/** The `error.data` of a tRPC client, beside `error.message`. The SDK's types read this file. */
export type ErrorData = {
  /** The kind of error, for programs. */
  code: ErrorCode;
  /** The HTTP status of the code. */
  httpStatus: number;
  /** The procedure that was called, such as `message.add`. */
  path?: string;
  /** The request's id, where the server failed: its log has more under this id. */
  request_id?: string;
  /** Each fault of the input, with `BAD_REQUEST`. */
  issues?: Issue[];
};

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
  /** Of a `CONFLICT` over a reply: the length of its text so far, in UTF-16 code units. */
  length?: number;
  /** The same: how far the reply is. */
  status?: "complete" | "requested" | "streaming" | "stopped" | "failed" | "interrupted";
  /** The faults of the input, with `BAD_REQUEST`. */
  issues?: Issue[];
};

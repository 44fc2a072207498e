import type { TRPC_ERROR_CODE_NUMBER, TRPCErrorShape } from "@trpc/server/rpc";
import type { ErrorCode } from "../contract/error-codes.ts";
import type { Issue } from "../contract/issue.ts";

/** The `error.data` of a tRPC client, beside `error.message`. */
export type ErrorData = {
  code: ErrorCode;
  httpStatus: number;
  path?: string;
  request_id?: string;
  issues?: Issue[];
};

export type ErrorShape = TRPCErrorShape<ErrorData> & { code: TRPC_ERROR_CODE_NUMBER };

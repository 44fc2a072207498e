import type { TRPC_ERROR_CODE_NUMBER, TRPCErrorShape } from "@trpc/server/rpc";
import type { ErrorCode } from "../contract/error-codes.ts";

/** The `error.data` of a tRPC client, beside `error.message`. */
export type ErrorData = {
  code: ErrorCode;
  httpStatus: number;
  path?: string;
  request_id?: string;
  issues?: { path: (string | number)[]; code: string; message: string }[];
};

export type ErrorShape = TRPCErrorShape<ErrorData> & { code: TRPC_ERROR_CODE_NUMBER };

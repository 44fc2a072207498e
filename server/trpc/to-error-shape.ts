import type { IncomingMessage } from "node:http";
import type { TRPCError } from "@trpc/server";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import type { ErrorCode } from "../contract/error-codes.ts";
import { errorCodes } from "../contract/error-codes.ts";
import { AppError, toAppError } from "../domain/app-error.ts";
import { errorBody } from "../http/send.ts";
import type { ErrorShape } from "./error-shape.ts";

/** tRPC's own errors have these codes for what the table calls by another name. */
const synonyms: Partial<Record<TRPCError["code"], ErrorCode>> = { PARSE_ERROR: "BAD_REQUEST" };

/** tRPC has no code for some of ours; to it they are faults of the request. `data.code` and `data.httpStatus` are our own. */
export function toTRPCCode(code: ErrorCode): TRPCError["code"] {
  return code in TRPC_ERROR_CODES_BY_KEY ? (code as TRPCError["code"]) : "BAD_REQUEST";
}

/** What stands behind an error that came through tRPC. */
export function fromTRPCError(error: TRPCError): AppError {
  if (error.cause instanceof AppError) return error.cause;
  // An answer that does not fit its schema is no fault of the request.
  if (error.cause?.name === "ZodError" && error.code !== "BAD_REQUEST")
    return new AppError("INTERNAL_SERVER_ERROR", undefined, { cause: error.cause });
  if (error.cause?.name === "ZodError") return toAppError(error.cause);
  const code = synonyms[error.code] ?? error.code;
  // tRPC wraps whatever a procedure throws in this code, with the message that was meant for nobody.
  if (code === "INTERNAL_SERVER_ERROR") return toAppError(error.cause ?? error);
  return code in errorCodes
    ? new AppError(code as ErrorCode, error.message === error.code ? undefined : error.message)
    : new AppError("BAD_REQUEST", error.message);
}

/** @param request what is answered, whose id the data of a failure has. */
export function toErrorShape(
  error: TRPCError,
  path: string | undefined,
  request?: IncomingMessage,
): ErrorShape {
  const appError = fromTRPCError(error);
  const { message, code, issues, request_id } = errorBody(appError, request);
  return {
    message,
    code: TRPC_ERROR_CODES_BY_KEY[toTRPCCode(code)],
    data: {
      code,
      httpStatus: appError.httpStatus,
      ...(path !== undefined && { path }),
      ...(issues && { issues }),
      ...(request_id !== undefined && { request_id }),
    },
  };
}

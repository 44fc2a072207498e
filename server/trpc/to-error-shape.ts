import type { IncomingMessage } from "node:http";
import type { TRPCError } from "@trpc/server";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import type { ErrorCode } from "../contract/error-codes.ts";
import { errorCodes } from "../contract/error-codes.ts";
import { AppError } from "../contract/app-error.ts";
import { toAppError } from "../domain/to-app-error.ts";
import { errorBody } from "../http/send.ts";
import type { ErrorShape } from "./error-shape.ts";

/** Codes of tRPC's own errors that have another name in the product's table. */
const synonyms: Partial<Record<TRPCError["code"], ErrorCode>> = { PARSE_ERROR: "BAD_REQUEST" };

/**
 * tRPC's code for an error. A code that tRPC does not know becomes BAD_REQUEST; `data.code` and `data.httpStatus` keep
 * the product's.
 */
export function toTRPCCode(code: ErrorCode): TRPCError["code"] {
  return code in TRPC_ERROR_CODES_BY_KEY ? (code as TRPCError["code"]) : "BAD_REQUEST";
}

/** The product's error inside a tRPC error. */
export function fromTRPCError(error: TRPCError): AppError {
  if (error.cause instanceof AppError) return error.cause;
  // An answer that does not match its schema is a server failure.
  if (error.cause?.name === "ZodError" && error.code !== "BAD_REQUEST")
    return new AppError("INTERNAL_SERVER_ERROR", undefined, { cause: error.cause });
  if (error.cause?.name === "ZodError") return toAppError(error.cause);
  const code = synonyms[error.code] ?? error.code;
  // tRPC wraps any other error of a procedure in this code, with an internal message.
  if (code === "INTERNAL_SERVER_ERROR") return toAppError(error.cause ?? error);
  return code in errorCodes
    ? new AppError(code as ErrorCode, error.message === error.code ? undefined : error.message)
    : new AppError("BAD_REQUEST", error.message);
}

/** @param request the answered request: the data of a failure has its id */
export function toErrorShape(
  error: TRPCError,
  path: string | undefined,
  request?: IncomingMessage,
): ErrorShape {
  const appError = fromTRPCError(error);
  const { message, code, issues, request_id, length, status } = errorBody(appError, request);
  return {
    message,
    code: TRPC_ERROR_CODES_BY_KEY[toTRPCCode(code)],
    data: {
      code,
      httpStatus: appError.httpStatus,
      ...(path !== undefined && { path }),
      ...(issues && { issues }),
      ...(length !== undefined && { length }),
      ...(status && { status }),
      ...(request_id !== undefined && { request_id }),
    },
  };
}

import { TRPCClientError } from "@trpc/client";
import type { ErrorData } from "../../server/trpc/error-data.ts";

export type { ErrorData } from "../../server/trpc/error-data.ts";

/**
 * The error that calls reject with and `onError` is given. `data` is the server's part of it: `code` (an `ErrorCode`),
 * `httpStatus`, and `issues` where the input was at fault. It is absent when no answer came at all. Then, as with
 * SERVICE_UNAVAILABLE, nobody knows whether a mutation took effect: repeat it, a `message.add` with the same `key`.
 */
export type ClientError = Error & {
  /** The server's part. It is absent when no answer came. */
  readonly data?: ErrorData | null | undefined;
  /** tRPC's facts of the call: over HTTP, `response`. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
};

/** Whether a caught error came of a call of this client. */
export function isClientError(error: unknown): error is ClientError {
  return error instanceof TRPCClientError;
}

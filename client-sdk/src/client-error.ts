import { TRPCClientError } from "@trpc/client";
import type { ErrorData } from "../../server/trpc/error-data.ts";

export type { ErrorData } from "../../server/trpc/error-data.ts";

/**
 * The error with which calls reject, and which `onError` gets. `data` is the server's part of it: `code` (an
 * `ErrorCode`), `httpStatus`, and `issues` if the input was invalid. `data` is absent if no answer came. Then, and with
 * SERVICE_UNAVAILABLE, the outcome of a mutation is unknown: repeat it, a `message.add` with the same `key`.
 */
export type ClientError = Error & {
  /** The server's part. Absent if no answer came. */
  readonly data?: ErrorData | null | undefined;
  /** tRPC's data about the call: over HTTP, `response`. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
};

/** Whether a caught error came from a call of this client. */
export function isClientError(error: unknown): error is ClientError {
  return error instanceof TRPCClientError;
}

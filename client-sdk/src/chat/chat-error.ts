import type { ErrorCode } from "../../../server/contract/error-codes.ts";
import type { Issue } from "../../../server/contract/issue.ts";

/** The reason of a failure. */
export type ChatError = {
  /** The error and its remedy, in a sentence for people. */
  readonly message: string;
  /** Whether a repeat can succeed. */
  readonly retryable: boolean;
  /** The time that the server asks to wait before a repeat, in milliseconds. */
  readonly retryAfterMs?: number;
} & (
  | { readonly kind: "refused"; readonly code: ErrorCode; readonly issues?: readonly Issue[] }
  | { readonly kind: "unreachable" }
  | { readonly kind: "foreign"; readonly status: number; readonly mediaType: string }
  | { readonly kind: "aborted" }
);

/** A {@link ChatError} that can be thrown. */
export type ChatFailure = ChatError & Error;

export const ChatFailure = class extends Error {
  constructor(fields: ChatError, cause?: unknown) {
    super(fields.message, cause === undefined ? undefined : { cause });
    Object.assign(this, fields);
  }
} as unknown as new (fields: ChatError, cause?: unknown) => ChatFailure;

const passingCodes: readonly string[] = [
  "TIMEOUT",
  "TOO_MANY_REQUESTS",
  "SERVICE_UNAVAILABLE",
  "INTERNAL_SERVER_ERROR",
] satisfies ErrorCode[];

/** The body of an error over REST, and the `data` of one over tRPC. */
export type Refusal = { message: string; code: ErrorCode; issues?: readonly Issue[] };

/** The server's own refusal. `wait` applies if a repeat can succeed. */
export function refused(
  { message, code, issues }: Refusal,
  wait?: { readonly retryAfterMs: number },
): ChatFailure {
  const retryable = passingCodes.includes(code);
  return new ChatFailure({
    kind: "refused",
    message,
    code,
    retryable,
    ...(issues && { issues }),
    ...(retryable && wait),
  });
}

/** The operation was ended on this side. */
export function aborted(message = "It was ended before its answer.", cause?: unknown): ChatFailure {
  return new ChatFailure({ kind: "aborted", message, retryable: false }, cause);
}

/** No answer came. */
export function unreachable(message: string, cause?: unknown): ChatFailure {
  return new ChatFailure({ kind: "unreachable", message, retryable: true }, cause);
}

import type { ErrorCode } from "../../../server/contract/error-codes.ts";
import type { Issue } from "../../../server/contract/issue.ts";

/** Why something failed. */
export type ChatError = {
  /** The error and its remedy, in a sentence for people. */
  readonly message: string;
  /** Whether a repeat can succeed. */
  readonly retryable: boolean;
  /** How long the server asks to wait before a repeat, in milliseconds. */
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

/** The part of a platform's `Response` that tells why it is no good answer. */
type Answer = { readonly status: number; readonly headers: { get(name: string): string | null } };

/** The server's own refusal. */
export function refused(
  { message, code, issues }: { message: string; code: ErrorCode; issues?: readonly Issue[] },
  answer?: Answer,
): ChatFailure {
  const retryable = passingCodes.includes(code);
  return new ChatFailure({
    kind: "refused",
    message,
    code,
    retryable,
    ...(issues && { issues }),
    ...(retryable && retryAfter(answer)),
  });
}

/** It was ended on this side. */
export function aborted(message = "It was ended before its answer.", cause?: unknown): ChatFailure {
  return new ChatFailure({ kind: "aborted", message, retryable: false }, cause);
}

/** No answer came. */
export function unreachable(message: string, cause?: unknown): ChatFailure {
  return new ChatFailure({ kind: "unreachable", message, retryable: true }, cause);
}

/** The answer of a proxy, or of another server. */
export function foreign(answer: Answer, cause?: unknown): ChatFailure {
  const { status } = answer;
  const mediaType = answer.headers.get("content-type")?.split(";")[0]?.trim() || "no media type";
  const retryable = status >= 500 || status === 408 || status === 429;
  const advice = retryable
    ? "Try again when the server behind it is up."
    : "Check the address, and the proxy in front of it.";
  return new ChatFailure(
    {
      kind: "foreign",
      message: `The address answered ${status} with ${mediaType}, which is not AI Desk's. ${advice}`,
      status,
      mediaType,
      retryable,
      ...(retryable && retryAfter(answer)),
    },
    cause,
  );
}

/** The body of an error over REST, and the `data` of one over tRPC. */
export type Refusal = { message: string; code: ErrorCode; issues?: readonly Issue[] };

/** The parts of a `TRPCClientError`, of a fetch's failure and of an `AbortError` that are looked at. */
type Thrown = {
  name?: string;
  message?: string;
  cause?: Thrown;
  data?: Omit<Refusal, "message">;
  meta?: { response?: Answer };
};

/**
 * The {@link ChatError} that a caught value means: of tRPC's client, of `fetch`, of an `AbortSignal`. A value of another
 * kind counts as `unreachable`.
 */
export function toChatError(cause: unknown): ChatFailure {
  if (cause instanceof ChatFailure) return cause;
  const { name, message = String(cause), cause: inner, data, meta } = Object(cause) as Thrown;
  // tRPC's client wraps what its `fetch` threw.
  if (inner instanceof ChatFailure) return inner;
  if (name === "AbortError" || inner?.name === "AbortError") return aborted(undefined, cause);
  if (data?.code) return refused({ ...data, message }, meta?.response);
  if (meta?.response) return foreign(meta.response, cause);
  return unreachable(
    `The server did not answer: ${message}. It is tried again when the network is back.`,
    cause,
  );
}

/** RFC 9110, §10.2.3: seconds, or a date. */
function retryAfter(answer: Answer | undefined): { retryAfterMs: number } | undefined {
  const text = answer?.headers.get("retry-after");
  if (!text) return undefined;
  const retryAfterMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return retryAfterMs >= 0 ? { retryAfterMs } : undefined;
}

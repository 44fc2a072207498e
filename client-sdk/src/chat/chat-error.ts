import type { ErrorCode } from "../../../server/contract/error-codes.ts";
import type { Issue } from "../../../server/contract/error.ts";

/** Why something failed. */
export type ChatError = {
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
} & (
  | { readonly kind: "refused"; readonly code: ErrorCode; readonly issues?: readonly Issue[] }
  | { readonly kind: "unreachable" }
  | { readonly kind: "foreign"; readonly status: number; readonly mediaType: string }
  | { readonly kind: "aborted" }
);

/** A `ChatError` that can be thrown. Its fields are those of the error that it is made of. */
export class ChatFailure extends Error {
  constructor(error: ChatError) {
    super(error.message);
    Object.assign(this, error);
    this.name = "ChatFailure";
  }
}

const passing = new Set<ErrorCode>([
  "TIMEOUT",
  "TOO_MANY_REQUESTS",
  "INTERNAL_SERVER_ERROR",
  "SERVICE_UNAVAILABLE",
]);

/** Reads what a call rejected with. */
export function toChatError(cause: unknown): ChatError & Error {
  if (cause instanceof ChatFailure) return cause as ChatError & ChatFailure;
  return new ChatFailure(read(cause)) as ChatError & ChatFailure;
}

function read(cause: unknown): ChatError {
  const { name, message, data, meta } = cause as {
    name?: string;
    message?: string;
    data?: { code?: ErrorCode; issues?: readonly Issue[] };
    meta?: { response?: Response };
  };
  const answer = meta?.response;
  const seconds = Number(answer?.headers.get("retry-after") ?? Number.NaN);
  const common = { message: String(message), ...(seconds > 0 && { retryAfterMs: seconds * 1000 }) };
  if (data?.code !== undefined) {
    const issues = data.issues && { issues: data.issues };
    return { ...common, kind: "refused", code: data.code, retryable: passing.has(data.code), ...issues };
  }
  if (name === "AbortError") return { ...common, kind: "aborted", retryable: false };
  const mediaType = answer?.headers.get("content-type")?.split(";")[0] ?? "";
  if (!answer || (answer.ok && mediaType === "application/json")) {
    return { ...common, kind: "unreachable", retryable: true };
  }
  const { status } = answer;
  return {
    ...common,
    message: `The server answered ${status} with ${mediaType}, which is not AI Desk's.`,
    kind: "foreign",
    status,
    mediaType,
    retryable: status >= 500,
  };
}

import type { Refusal } from "./chat-error.ts";
import { aborted, ChatFailure, refused, unreachable } from "./chat-error.ts";

/** The part of a platform's `Response` that shows why it is not a valid answer. */
type Answer = { readonly status: number; readonly headers: { get(name: string): string | null } };

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

/** The used parts of a `TRPCClientError`, of a fetch failure and of an `AbortError`. */
type Thrown = {
  name?: string;
  message?: string;
  cause?: Thrown;
  data?: Omit<Refusal, "message">;
  meta?: { response?: Answer };
};

/**
 * The {@link ChatError} for a caught value of tRPC's client, of `fetch` or of an `AbortSignal`. Any other value counts
 * as `unreachable`.
 */
export function toChatError(cause: unknown): ChatFailure {
  if (cause instanceof ChatFailure) return cause;
  const { name, message = String(cause), cause: inner, data, meta } = Object(cause) as Thrown;
  // tRPC's client wraps the errors of its `fetch`.
  if (inner instanceof ChatFailure) return inner;
  if (name === "AbortError" || inner?.name === "AbortError") return aborted(undefined, cause);
  if (data?.code) return refused({ ...data, message }, retryAfter(meta?.response));
  if (meta?.response) return foreign(meta.response, cause);
  return unreachable(
    `The server did not answer: ${message}. It is tried again when the network is back.`,
    cause,
  );
}

/** RFC 9110, §10.2.3: seconds, or a date. */
export function retryAfter(answer: Answer | undefined): { retryAfterMs: number } | undefined {
  const text = answer?.headers.get("retry-after");
  if (!text) return undefined;
  const retryAfterMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return retryAfterMs >= 0 ? { retryAfterMs } : undefined;
}

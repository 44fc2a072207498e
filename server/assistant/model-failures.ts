import { APICallError, JSONParseError, TypeValidationError } from "@ai-sdk/provider";
import { ModelError } from "./model.ts";
import type { ModelTimes } from "./model-server.ts";

/** The sentences of failed replies. None has an address or a name of the operator's. */
const sentences = {
  busy: "The assistant is busy. Try again later.",
  unreachable: "The assistant cannot be reached now. Try again later.",
  late: "The assistant did not answer in time. Try again later.",
  refused: "The assistant is not set up correctly. The log of this server has the reason.",
  tooLong: "The assistant did not accept this conversation. It may be too long: try again in a new chat.",
  brokenOff: "The answer of the assistant broke off. Try again.",
  unreadable: "The answer of the assistant could not be read. Try again later.",
} as const;

export function tooLate(): ModelError {
  return new ModelError(sentences.late);
}

/** A failure of the library or of the server behind it, for people and for the log. */
export function toModelError(error: unknown, apiKey: string | undefined): ModelError {
  const status = APICallError.isInstance(error) ? error.statusCode : undefined;
  const reasons = messagesOf(error).map((message) => withoutSecret(message, apiKey));
  return new ModelError(sentenceFor(error), { ...(status !== undefined && { status }), reasons });
}

function sentenceFor(error: unknown): string {
  if (isUnreadable(error)) return sentences.unreadable;
  if (!APICallError.isInstance(error)) return sentences.brokenOff;
  const { statusCode: status, responseHeaders: headers } = error;
  if (status === undefined && headers === undefined) return sentences.unreachable;
  // The server has begun to answer.
  if (status === undefined || status < 300) return sentences.brokenOff;
  if (status === 429) return sentences.busy;
  if (status === 400 || status === 413 || status === 422) return sentences.tooLong;
  return status >= 500 || status === 408 || status === 409 ? sentences.unreachable : sentences.refused;
}

function isUnreadable(error: unknown): error is JSONParseError | TypeValidationError {
  return JSONParseError.isInstance(error) || TypeValidationError.isInstance(error);
}

/** The messages of an error and of its causes. Those of a stream that cannot be read would hold the answer's text. */
function messagesOf(error: unknown): string[] {
  if (isUnreadable(error)) return [error.name];
  const messages: string[] = [];
  for (let at = error; at instanceof Error && messages.length < mostCauses; at = at.cause) {
    messages.push(at.message.slice(0, longestReason));
  }
  return messages.length > 0 ? messages : [(JSON.stringify(error) ?? "").slice(0, longestReason)];
}

const mostCauses = 4;
/** In UTF-16 code units. */
const longestReason = 500;

/** A server may repeat the key that it refuses. */
function withoutSecret(text: string, secret: string | undefined): string {
  return secret === undefined ? text : text.replaceAll(secret, "***");
}

/**
 * The time before the same request may be sent again, in milliseconds. Undefined if that is of no use, or if the server
 * names a longer time than people wait.
 */
export function retryPauseMs(
  error: unknown,
  { retryMs, longestRetryMs }: ModelTimes,
  attempt: number,
): number | undefined {
  if (!APICallError.isInstance(error) || !error.isRetryable) return undefined;
  const named = readRetryAfter(error.responseHeaders?.["retry-after"]);
  const pauseMs = named ?? retryMs * 2 ** (attempt - 1);
  return pauseMs <= longestRetryMs ? pauseMs : undefined;
}

/** `Retry-After`: a number of seconds, or a date. @returns milliseconds */
function readRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

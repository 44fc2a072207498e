import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { ErrorBody } from "../contract/error.ts";
import type { ErrorCode } from "../contract/error-codes.ts";
import type { AppError } from "../contract/app-error.ts";
import { accountOf } from "./connection-account.ts";
import { discardBody } from "./read-body.ts";
import type { Traced } from "./traced-request.ts";
import { requestIdOf } from "./traced-request.ts";

/** The headers that keep an answer safe: pages of other origins may not load or frame it, and its type is not guessed. */
const safeHeaders = {
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "frame-ancestors 'self'",
};

/** The headers of every answer: those that keep it safe, and the request's id. */
export function answerHeaders(request: Traced | undefined): Record<string, string> {
  const id = requestIdOf(request);
  return id === undefined ? safeHeaders : { ...safeHeaders, "x-request-id": id };
}

/** The headers of every answer with data. No cache may keep it. */
export function apiHeaders(request: Traced | undefined): Record<string, string> {
  return { "cache-control": "no-store", ...answerHeaders(request) };
}

/** The body of an error. A failure has the request's id, by which the log has more about it. */
export function errorBody(error: AppError, request: Traced | undefined): ErrorBody {
  const id = requestIdOf(request);
  const isFailure = error.httpStatus >= 500 && id !== undefined;
  return { ...error.toBody(), ...(isFailure && { request_id: id }) };
}

/** A guess: soon enough to be useful, and seldom enough to cost little. The time of the next free place is unknown. */
const defaultRetryAfterSeconds = 5;

const passing: ReadonlySet<ErrorCode> = new Set(["TOO_MANY_REQUESTS", "SERVICE_UNAVAILABLE"]);

/** The header `Retry-After`, in seconds (RFC 9110, §10.2.3), if any of these errors is a passing one. */
export function retryHeaders(
  codes: readonly ErrorCode[],
  afterSeconds: number = defaultRetryAfterSeconds,
): { "retry-after"?: string } {
  return codes.some((code) => passing.has(code)) ? { "retry-after": String(afterSeconds) } : {};
}

/** The headers of a refusal. The connection of a late request is closed, without waiting for the rest. */
export function refusalHeaders({ code, retryAfterSeconds }: AppError): OutgoingHttpHeaders {
  return { ...retryHeaders([code], retryAfterSeconds), ...(code === "TIMEOUT" && { connection: "close" }) };
}

/** The headers of every answer with data, as a list of names and values: Node writes a list in half the time. */
const apiHead = Object.entries(apiHeaders(undefined)).flat();

/**
 * Answers with a whole body, or with none if `text` is undefined. A HEAD gets the headers alone.
 *
 * @param headers further headers, without those of every answer
 */
export function sendText(
  response: ServerResponse,
  status: number,
  text: string | undefined,
  headers?: OutgoingHttpHeaders,
): void {
  const head: OutgoingHttpHeader[] = [...apiHead];
  const id = requestIdOf(response.req);
  if (id !== undefined) head.push("x-request-id", id);
  if (text !== undefined) {
    head.push("content-type", "application/json", "content-length", Buffer.byteLength(text));
  }
  for (const [name, value] of Object.entries(headers ?? noHeaders)) {
    head.push(name, value as OutgoingHttpHeader);
  }
  response.writeHead(status, head);
  response.end(response.req.method === "HEAD" ? undefined : text);
  // A smaller answer takes less memory than a connection.
  if (text !== undefined && text.length > smallChars) {
    accountOf(response.req.socket)?.hold({ byteLength: text.length, waits: 0 });
  }
}

const smallChars = 4096;

const noHeaders = {};

export function sendError(
  response: ServerResponse,
  error: AppError,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent) {
    // A part of an answer is out: only a cut can still tell the client that it is incomplete.
    response.destroy();
    return;
  }
  discardBody(response.req);
  sendText(response, error.httpStatus, JSON.stringify(errorBody(error, response.req)), {
    ...refusalHeaders(error),
    ...headers,
  });
}

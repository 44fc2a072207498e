import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { ErrorBody } from "../contract/error.ts";
import type { ErrorCode } from "../contract/error-codes.ts";
import type { AppError } from "../contract/app-error.ts";
import { accountOf } from "./connection-account.ts";
import { discardBody } from "./read-body.ts";
import type { Traced } from "./traced-request.ts";
import { requestIdOf } from "./traced-request.ts";

/** Headers that forbid pages of other origins to load or frame an answer, and browsers to guess its type. */
const safeHeaders = {
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "frame-ancestors 'self'",
};

/** The headers of every answer: the safety headers and the request's id. */
export function answerHeaders(request: Traced | undefined): Record<string, string> {
  const id = requestIdOf(request);
  return id === undefined ? safeHeaders : { ...safeHeaders, "x-request-id": id };
}

/** The headers of every answer with data. No cache may keep it. */
export function apiHeaders(request: Traced | undefined): Record<string, string> {
  return { "cache-control": "no-store", ...answerHeaders(request) };
}

/** The body of an error. A server failure includes the request's id, under which the log has details. */
export function errorBody(error: AppError, request: Traced | undefined): ErrorBody {
  const id = requestIdOf(request);
  const isFailure = error.httpStatus >= 500 && id !== undefined;
  return { ...error.toBody(), ...(isFailure && { request_id: id }) };
}

/**
 * A guess that is soon enough to be useful, and seldom enough to be cheap. The time of the next free place is unknown.
 */
const defaultRetryAfterSeconds = 5;

const passing: ReadonlySet<ErrorCode> = new Set(["TOO_MANY_REQUESTS", "SERVICE_UNAVAILABLE"]);

/** The header `Retry-After`, in seconds (RFC 9110, §10.2.3), if any of these errors is temporary. */
export function retryHeaders(
  codes: readonly ErrorCode[],
  afterSeconds: number = defaultRetryAfterSeconds,
): { "retry-after"?: string } {
  return codes.some((code) => passing.has(code)) ? { "retry-after": String(afterSeconds) } : {};
}

/** The headers of a refusal. The connection of a late request is closed, without a wait for the rest. */
export function refusalHeaders({ code, retryAfterSeconds }: AppError): OutgoingHttpHeaders {
  return { ...retryHeaders([code], retryAfterSeconds), ...(code === "TIMEOUT" && { connection: "close" }) };
}

/** The headers of every answer with data, as a list of names and values: Node writes a list in half the time. */
const apiHead = Object.entries(apiHeaders(undefined)).flat();

/**
 * Answers with a whole body, or without one if `text` is undefined. A HEAD gets the headers alone.
 *
 * @param headers headers besides those of every answer
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
    // Part of the answer is sent: only a cut can tell the client that the answer is incomplete.
    response.destroy();
    return;
  }
  discardBody(response.req);
  sendText(response, error.httpStatus, JSON.stringify(errorBody(error, response.req)), {
    ...refusalHeaders(error),
    ...headers,
  });
}

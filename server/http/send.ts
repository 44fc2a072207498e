import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { ErrorBody } from "../contract/error.ts";
import type { ErrorCode } from "../contract/error-codes.ts";
import type { AppError } from "../domain/app-error.ts";
import { accountOf } from "./connection-account.ts";
import { discardBody } from "./read-body.ts";
import type { Traced } from "./traced-request.ts";
import { requestIdOf } from "./traced-request.ts";

/** Every answer's: no page of another origin may load it or show it in a frame, and it is what its type says. */
export const safeHeaders = {
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "frame-ancestors 'self'",
};

/** Every answer's headers: those that keep it safe, and the request's id for those who ask about it. */
export function answerHeaders(request: Traced | undefined): Record<string, string> {
  const id = requestIdOf(request);
  return id === undefined ? safeHeaders : { ...safeHeaders, "x-request-id": id };
}

/** The same of an answer with data, which no cache is to keep. */
export function apiHeaders(request: Traced | undefined): Record<string, string> {
  return { "cache-control": "no-store", ...answerHeaders(request) };
}

/** The body of an error. That of a failure has the request's id, which finds it in the log. */
export function errorBody(error: AppError, request: Traced | undefined): ErrorBody {
  const id = requestIdOf(request);
  const isFailure = error.httpStatus >= 500 && id !== undefined;
  return { ...error.toBody(), ...(isFailure && { request_id: id }) };
}

/** When another reader leaves is not known: soon enough to be of use, and seldom enough to cost little. */
const defaultRetryAfterSeconds = 5;

const passing: ReadonlySet<ErrorCode> = new Set(["TOO_MANY_REQUESTS", "SERVICE_UNAVAILABLE"]);

/** When to ask again, in seconds (RFC 9110, §10.2.3), if any of these errors is one that passes. */
export function retryHeaders(
  codes: readonly ErrorCode[],
  afterSeconds: number = defaultRetryAfterSeconds,
): { "retry-after"?: string } {
  return codes.some((code) => passing.has(code)) ? { "retry-after": String(afterSeconds) } : {};
}

/** What a refusal says beside its body. The rest of a request that is late is not waited for. */
export function refusalHeaders({ code, retryAfterSeconds }: AppError): OutgoingHttpHeaders {
  return { ...retryHeaders([code], retryAfterSeconds), ...(code === "TIMEOUT" && { connection: "close" }) };
}

/** The headers of every answer with data, in turn name and value: Node writes them so in half the time. */
const apiHead = Object.entries(apiHeaders(undefined)).flat();

/**
 * Answers with a whole body, or with none if `text` is undefined. A HEAD gets the headers alone.
 *
 * @param headers beside those of every answer, and none of them again
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
  // A connection costs more than a smaller answer.
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
    // Half an answer is out: cutting it is the only way left to say that it is not whole.
    response.destroy();
    return;
  }
  discardBody(response.req);
  sendText(response, error.httpStatus, JSON.stringify(errorBody(error, response.req)), {
    ...refusalHeaders(error),
    ...headers,
  });
}

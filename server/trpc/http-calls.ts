import type { IncomingMessage, ServerResponse } from "node:http";
import { TRPCError } from "@trpc/server";
import { AppError } from "../contract/app-error.ts";
import { toAppError } from "../domain/to-app-error.ts";
import { assertShallow } from "../http/json-depth.ts";
import { assertJsonBody, discardBody, hasBody, parseBody, readText } from "../http/read-body.ts";
import { apiHeaders, refusalHeaders } from "../http/send.ts";
import type { Door } from "../http/door.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { decodePart, readQuery } from "../http/request-target.ts";
import { listProcedures } from "./fast-path/invoke-procedure.ts";
import { createJsonHandler } from "./fast-path/json-response.ts";
import { createSseHandler } from "./fast-path/sse-response.ts";
import type { HandlerOptions, ReadRequest } from "./handler.ts";
import { createStockHandler } from "./stock-adapter.ts";
import { toErrorShape, toTRPCCode } from "./to-error-shape.ts";

/** The most calls in one batch. */
export const maxBatchSize = 100;

const methods = ["GET", "HEAD", "POST"];

export type TrpcCallsOptions = Pick<HandlerOptions, "perform" | "router" | "maxAnswerBytes" | "report"> & {
  maxBodyBytes: number;
};

export type TrpcHttpOptions = TrpcCallsOptions & Pick<HandlerOptions, "heartbeatMs" | "stopping">;

/**
 * tRPC over HTTP, with batches and with subscriptions over SSE. The first handler that accepts a request answers it.
 * Decision 0010 gives the reason for a fast path beside the adapter of @trpc/server. Bodies are read here for all
 * handlers: the adapter would replace invalid UTF-8, and accept media types other than JSON.
 */
export function answerHttpCalls(options: TrpcHttpOptions): Door["answer"] {
  const procedures = listProcedures(options.router);
  const shared = { ...options, procedures, maxBatchSize };
  const handlers = [createJsonHandler(shared), createSseHandler(shared), createStockHandler(shared)];

  return async function answer(request, response, target) {
    let read: ReadRequest;
    try {
      read = { request, response, target, ...(await readRequest(request, target, options.maxBodyBytes)) };
    } catch (error) {
      return sendTrpcError(response, toAppError(error));
    }
    target.route = routeOf(read.path, procedures);
    for (const handle of handlers) {
      const answered = handle(read);
      if (answered) return answered;
    }
    return undefined;
  };
}

/** @throws {AppError} METHOD_NOT_SUPPORTED, BAD_REQUEST, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE */
async function readRequest(
  request: IncomingMessage,
  target: RequestTarget,
  maxBodyBytes: number,
): Promise<Pick<ReadRequest, "path" | "query" | "text" | "body">> {
  if (!methods.includes(request.method ?? "")) {
    throw new AppError("METHOD_NOT_SUPPORTED", "Queries and subscriptions take GET, mutations take POST.");
  }
  const path = decodePart(target.pathname.slice("/trpc/".length), "The path");
  const query = readQuery(target.query);
  assertShallow(query.get("input") ?? "", "The input");
  const isSent = hasBody(request) || request.headers["content-type"] !== undefined;
  if (request.method !== "POST" || !isSent) return { path, query, text: undefined, body: undefined };
  assertJsonBody(request);
  const text = await readText(request, maxBodyBytes);
  return { path, query, text, body: text === "" ? undefined : parseBody(text) };
}

/** The most procedures of a batch that appear in its route. */
const maxNamed = 3;

/** The name of a request in the log. It has only known procedures, since a client may send any text as a name. */
function routeOf(path: string, procedures: ReadonlyMap<string, unknown>): string {
  if (procedures.has(path)) return `/trpc/${path}`;
  const known = path.split(",").filter((name) => procedures.has(name));
  const more = known.length > maxNamed ? `,… (${known.length})` : "";
  return `/trpc/${known.slice(0, maxNamed).join(",")}${more}`;
}

/** Answers with an error in tRPC's envelope, which tRPC's clients can read. */
export function sendTrpcError(response: ServerResponse, error: AppError): void {
  discardBody(response.req);
  if (error.code === "METHOD_NOT_SUPPORTED") response.setHeader("allow", methods.join(", "));
  const shape = toErrorShape(
    new TRPCError({ code: toTRPCCode(error.code), message: error.message, cause: error }),
    undefined,
    response.req,
  );
  const headers = {
    ...apiHeaders(response.req),
    ...refusalHeaders(error),
    "content-type": "application/json",
  };
  response.writeHead(error.httpStatus, headers);
  response.end(JSON.stringify({ error: shape }));
}

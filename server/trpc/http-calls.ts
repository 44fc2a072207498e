import type { IncomingMessage, ServerResponse } from "node:http";
import { TRPCError } from "@trpc/server";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import { anonymous } from "../access/caller.ts";
import { AppError } from "../contract/app-error.ts";
import { toAppError } from "../domain/to-app-error.ts";
import type { Perform } from "../domain/perform.ts";
import { AnswerAllowance } from "../http/answer-allowance.ts";
import { accountOf } from "../http/connection-account.ts";
import { assertShallow } from "../http/json-depth.ts";
import { assertJsonBody, discardBody, hasBody, parseBody, readText } from "../http/read-body.ts";
import { nameRoute } from "../http/traced-request.ts";
import { apiHeaders, refusalHeaders, retryHeaders } from "../http/send.ts";
import type { Door } from "../http/door.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { decodePart, readQuery } from "../http/request-target.ts";
import { answerCalls, otherMethod, prepareCalls, varyOf } from "./answer-calls.ts";
import { listProcedures } from "./call-procedure.ts";
import { answerEventStream, findEventStreamCall } from "./event-stream-call.ts";
import { findPlainCalls } from "./plain-calls.ts";
import { fromTRPCError, toErrorShape, toTRPCCode } from "./to-error-shape.ts";
import type { AppRouter } from "./router.ts";
import type { Report } from "../http/report.ts";

/** The most calls in one batch. */
export const maxBatchSize = 100;

const methods = ["GET", "HEAD", "POST"];

/** The stock adapter holds an answer as a value, as text and as bytes. */
const stockWeight = 4;

export type TrpcCallsOptions = {
  perform: Perform;
  router: AppRouter;
  maxBodyBytes: number;
  /** The most bytes of JSON in the answers to one request that are whole in memory. */
  maxAnswerBytes: number;
  report: Report;
};

export type TrpcHttpOptions = TrpcCallsOptions & {
  /** The interval of the heartbeats of a silent stream. */
  heartbeatMs: number;
  /** Aborts when the server is about to stop. */
  stopping: AbortSignal;
};

/**
 * tRPC over HTTP, with batches and with subscriptions over SSE. Plain calls and subscriptions are answered here: the stock
 * adapter makes a fetch `Request`, a `Response` and some abort signals for each call, which took 170 µs of its 300, and
 * encodes each event again for each reader. The stock adapter answers all other requests. Their bodies are read here too:
 * the adapter would replace bytes that are not UTF-8, and take media types other than JSON.
 */
export function answerHttpCalls(options: TrpcHttpOptions): Door["answer"] {
  const { perform, router, maxBodyBytes, maxAnswerBytes, report, heartbeatMs, stopping } = options;
  const procedures = listProcedures(router);

  return async function answer(request, response, target) {
    let path: string;
    let query: ReadonlyMap<string, string>;
    let text: string | undefined;
    let body: unknown;
    try {
      if (!methods.includes(request.method ?? "")) {
        throw new AppError(
          "METHOD_NOT_SUPPORTED",
          "Queries and subscriptions take GET, mutations take POST.",
        );
      }
      path = decodePart(target.pathname.slice("/trpc/".length), "The path");
      query = readQuery(target.query);
      assertShallow(query.get("input") ?? "", "The input");
      if (request.method === "POST" && (hasBody(request) || request.headers["content-type"] !== undefined)) {
        assertJsonBody(request);
        text = await readText(request, maxBodyBytes);
        if (text !== "") body = parseBody(text);
      }
    } catch (error) {
      return sendTrpcError(response, toAppError(error));
    }
    nameRoute(request, routeOf(path, procedures));
    const asked = { request, path, query, body };
    const calls = findPlainCalls(asked, { procedures, maxBatchSize });
    const allowance = new AnswerAllowance({
      maxBytes: maxAnswerBytes,
      account: accountOf(request.socket),
      weight: calls ? 1 : stockWeight,
    });
    const ctx = { caller: anonymous, perform, allowance, connection: request.socket };
    // Not awaited, so that the request's text is not kept while the calls run.
    if (calls) return answerCalls(prepareCalls(calls, request), { ctx, request, response, report });
    const streamed = findEventStreamCall(asked, procedures);
    if (streamed) return answerEventStream(streamed, { ctx, response, report, heartbeatMs, stopping });
    response.on("close", () => allowance.release());
    if (text !== undefined) Object.assign(request, { body: text });
    simplifyAddress(request, target);
    for (const [name, value] of Object.entries(apiHeaders(request))) response.setHeader(name, value);
    await nodeHTTPRequestHandler({
      req: request,
      res: response,
      router,
      path,
      createContext: () => Promise.resolve(ctx),
      maxBatchSize,
      // Called more than once for an answer that fails, so it sets the headers and does not append to them.
      responseMeta: ({ errors }) => ({
        headers: {
          // This replaces the Vary that CORS has set, so it has both.
          vary: varyOf(response),
          ...retryHeaders(errors.map((error) => fromTRPCError(error).code)),
          ...(errors.some(({ code }) => code === "METHOD_NOT_SUPPORTED") && { allow: otherMethod(request) }),
        },
      }),
      onError: ({ error }) => report(fromTRPCError(error), request),
    });
  };
}

/** The most procedures of a batch that its route names. */
const maxNamed = 3;

/** The name of a request in the log. It has known procedures only: a client may send any text as a name. */
function routeOf(path: string, procedures: ReadonlyMap<string, unknown>): string {
  if (procedures.has(path)) return `/trpc/${path}`;
  const known = path.split(",").filter((name) => procedures.has(name));
  const more = known.length > maxNamed ? `,… (${known.length})` : "";
  return `/trpc/${known.slice(0, maxNamed).join(",")}${more}`;
}

/**
 * Removes the host from the request. The adapter builds a URL from it and needs the path and the query alone. A host that the
 * URL parser refuses (`x:99999`, `256.256.256.256`) would be a failure.
 */
function simplifyAddress(request: IncomingMessage, { pathname, query }: RequestTarget): void {
  request.url = query === "" ? pathname : `${pathname}?${query}`;
  request.headers.host = "localhost";
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

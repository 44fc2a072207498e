import type { IncomingMessage } from "node:http";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import type { RequestTarget } from "../http/request-target.ts";
import { apiHeaders, retryHeaders } from "../http/send.ts";
import { allowedMethod, varyHeader } from "./fast-path/json-response.ts";
import type { Handler, HandlerOptions } from "./handler.ts";
import { contextOf } from "./handler.ts";
import { fromTRPCError } from "./to-error-shape.ts";

/** The adapter holds an answer as a value, as text and as bytes. */
const weight = 4;

/** Answers every request, through the adapter of @trpc/server. */
export function createStockHandler(options: HandlerOptions): Handler {
  const { router, maxBatchSize, report } = options;
  return async ({ request, response, target, path, text }) => {
    const ctx = contextOf(options, request, weight);
    response.on("close", () => ctx.allowance.release());
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
      // The adapter calls it more than once for an answer that fails, so it sets headers and does not append to them.
      responseMeta: ({ errors }) => ({
        headers: {
          // This replaces the `Vary` that CORS has set, so it includes both.
          vary: varyHeader(response),
          ...retryHeaders(errors.map((error) => fromTRPCError(error).code)),
          ...(errors.some(({ code }) => code === "METHOD_NOT_SUPPORTED") && {
            allow: allowedMethod(request),
          }),
        },
      }),
      onError: ({ error }) => report(fromTRPCError(error), request),
    });
  };
}

/**
 * Removes the host from the request. The adapter builds a URL from it but needs only the path and the query. A host
 * that the URL parser refuses (`x:99999`, `256.256.256.256`) would cause a failure.
 */
function simplifyAddress(request: IncomingMessage, { pathname, query }: RequestTarget): void {
  request.url = query === "" ? pathname : `${pathname}?${query}`;
  request.headers.host = "localhost";
}

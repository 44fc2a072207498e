import type { IncomingMessage, ServerResponse } from "node:http";
import { TRPCError } from "@trpc/server";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import { AppError, toAppError } from "../domain/app-error.ts";
import type { Desk } from "../domain/desk.ts";
import { assertJsonBody, discardBody, hasBody, parseJson, readText } from "../http/read-body.ts";
import { apiHeaders } from "../http/send.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { decodePart, readQuery } from "../http/request-target.ts";
import { fromTRPCError, toErrorShape } from "./to-error-shape.ts";
import type { AppRouter } from "./router.ts";

/** How many calls one HTTP batch may hold. */
export const maxBatchSize = 100;

const methods = ["GET", "HEAD", "POST"];

export type TrpcDoorOptions = {
  desk: Desk;
  router: AppRouter;
  maxBodyBytes: number;
  /** Told of each error that is answered. */
  report: (error: AppError) => void;
};

export type TrpcHttpDoor = (
  request: IncomingMessage,
  response: ServerResponse,
  target: RequestTarget,
) => Promise<void>;

/**
 * tRPC over HTTP, with batches and with subscriptions over SSE. The body is read here, because the stock adapter takes
 * bytes that are not UTF-8 for replacement characters, and other media types than JSON.
 */
export function createTrpcHttpDoor({ desk, router, maxBodyBytes, report }: TrpcDoorOptions): TrpcHttpDoor {
  return async function answer(request, response, target) {
    const { pathname, query } = target;
    let path: string;
    try {
      if (!methods.includes(request.method ?? "")) {
        throw new AppError(
          "METHOD_NOT_SUPPORTED",
          "Queries and subscriptions take GET, mutations take POST.",
        );
      }
      path = decodePart(pathname.slice("/trpc/".length), "The path");
      readQuery(query);
      if (request.method === "POST" && (hasBody(request) || request.headers["content-type"] !== undefined)) {
        assertJsonBody(request);
        const text = await readText(request, maxBodyBytes);
        if (text !== "") parseJson(text, "The body");
        Object.assign(request, { body: text });
      }
    } catch (error) {
      return sendTrpcError(response, toAppError(error));
    }
    simplifyAddress(request, target);
    for (const [name, value] of Object.entries(apiHeaders)) response.setHeader(name, value);
    await nodeHTTPRequestHandler({
      req: request,
      res: response,
      router,
      path,
      createContext: () => Promise.resolve({ desk }),
      maxBatchSize,
      // Asked more than once for an answer that fails, so it says what the headers are, and does not add to them.
      responseMeta: ({ errors }) => ({
        headers: {
          // The adapter's own Vary, which takes the place of the one that CORS has set, and that one.
          vary: ["trpc-accept", "accept", response.getHeader("vary") ?? []].flat().join(", "),
          ...(errors.some(({ code }) => code === "METHOD_NOT_SUPPORTED") && { allow: otherMethod(request) }),
        },
      }),
      onError: ({ error }) => report(fromTRPCError(error)),
    });
  };
}

/**
 * The adapters build a URL from these two, of which they need the path and the query alone. What looks like a host and
 * is none for the URL parser (`x:99999`, `256.256.256.256`) would be a failure of theirs, over WebSocket after the upgrade.
 */
export function simplifyAddress(request: IncomingMessage, { pathname, query }: RequestTarget): void {
  request.url = query === "" ? pathname : `${pathname}?${query}`;
  request.headers.host = "localhost";
}

/** Answers in tRPC's envelope, so that its client can read the error. */
function sendTrpcError(response: ServerResponse, error: AppError): void {
  discardBody(response.req);
  if (error.code === "METHOD_NOT_SUPPORTED") response.setHeader("allow", methods.join(", "));
  const shape = toErrorShape(
    new TRPCError({ code: error.code, message: error.message, cause: error }),
    undefined,
  );
  response.writeHead(error.httpStatus, { ...apiHeaders, "content-type": "application/json" });
  response.end(JSON.stringify({ error: shape }));
}

/** A procedure that does not take the one takes the other. */
function otherMethod({ method }: IncomingMessage): string {
  return method === "POST" ? "GET, HEAD" : "POST";
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { TRPCError } from "@trpc/server";
import { AppError } from "../contract/app-error.ts";
import { toAppError } from "../domain/to-app-error.ts";
import { anonymous } from "../access/caller.ts";
import type { Perform } from "../domain/perform.ts";
import type { Readiness } from "../domain/readiness.ts";
import type { Door } from "../http/door.ts";
import { prefersPage } from "../http/accept.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { sendError, sendText } from "../http/send.ts";
import type { Pages, StaticFile } from "../http/static-file.ts";
import { answerStatic, createStaticFile } from "../http/static-file.ts";
import { ownRoutes } from "./own-routes.ts";
import { listProcedures } from "../trpc/fast-path/invoke-procedure.ts";
import { fromTRPCError } from "../trpc/to-error-shape.ts";
import type { AppRouter } from "../trpc/router.ts";
import type { Call } from "./answer-route.ts";
import { prepareAnswer } from "./answer-route.ts";
import { readInput } from "./read-input.ts";
import type { Match } from "./route-table.ts";
import { createRouteTable } from "./route-table.ts";
import type { Route } from "./routes.ts";
import { listRoutes } from "./routes.ts";
import type { Report } from "../http/report.ts";

export type RestDoorOptions = {
  perform: Perform;
  readiness: Readiness;
  /** Aborts when the server is about to stop. */
  stopping: AbortSignal;
  /** The facts about this server in the OpenAPI document. */
  described: { version: string; maxMessageChars: number; maxReadersPerSession: number };
  router: AppRouter;
  maxBodyBytes: number;
  /** The docs pages and the chat page. */
  pages: readonly Pages[];
  /** The interval of the keep-alives of a silent stream. */
  heartbeatMs: number;
  /** How long a message of the AI SDK waits for a reply, in milliseconds. */
  replyWaitMs: number;
  report: Report;
};

export type RestDoor = Door & {
  /** Whether the address is for people in a browser: a page, or a file that is shown as one. */
  isPage(pathname: string): boolean;
};

/**
 * Redirects a browser from `/` to the chat page. For programs `/` is the health check. @returns whether it redirects
 */
function leadToChatPage(
  request: IncomingMessage,
  response: ServerResponse,
  { query }: RequestTarget,
): boolean {
  response.appendHeader("vary", "Accept");
  if (!prefersPage(request.headers.accept)) return false;
  redirect(response, "app", query);
  return true;
}

/** Redirects to an address relative to the request's, since a proxy may serve it under a prefix. The query is kept. */
function redirect(response: ServerResponse, path: string, query: string): void {
  sendText(response, 307, undefined, { location: query === "" ? path : `${path}?${query}` });
}

/** The door of the REST paths, and of all addresses that no other door serves. */
export function createRestDoor(options: RestDoorOptions): RestDoor {
  const { router, maxBodyBytes, pages, report } = options;
  const table = createRouteTable([...listRoutes(router), ...ownRoutes]);
  const procedures = listProcedures(router);
  const { perform, readiness, stopping, heartbeatMs, replyWaitMs } = options;
  const everyCall = { caller: anonymous, perform, readiness, stopping, procedures, heartbeatMs, replyWaitMs };
  const document = createStaticFile("application/json", async () => {
    // Loaded at its first use: the generator and its packages would be a fifth of everything that a start loads.
    const { createOpenApiDocument } = await import("./openapi-document.ts");
    return Buffer.from(JSON.stringify(createOpenApiDocument({ router, ...options.described })));
  });

  function findFile(pathname: string): StaticFile | undefined {
    if (pathname === "/openapi.json") return document;
    for (const each of pages) {
      const file = each.find(pathname);
      if (file) return file;
    }
    return undefined;
  }

  function methodsOf(pathname: string): string[] {
    const methods = findFile(pathname) ? ["GET"] : [...(table.find(pathname)?.routes.keys() ?? [])];
    return methods.includes("GET") ? ["HEAD", ...methods] : methods;
  }

  /** Answers an address that is not a route: with a file, or with an error. */
  function answerElse(
    request: IncomingMessage,
    response: ServerResponse,
    target: RequestTarget,
  ): Promise<void> {
    const { pathname, hasTrailingSlash, query } = target;
    const methods = methodsOf(pathname);
    if (methods.length === 0) throw new AppError("NOT_FOUND", `There is nothing at ${pathname}.`);
    const file = findFile(pathname);
    if (file) target.route = pathname;
    if (file && methods.includes(request.method ?? "")) {
      if (!hasTrailingSlash) return answerStatic(request, response, file);
      // A page names its files relative to its own address, so it has only one address.
      redirect(response, `../${pathname.slice(pathname.lastIndexOf("/") + 1)}`, query);
      return Promise.resolve();
    }
    const allow = methods.join(", ");
    const message = `${pathname} takes ${allow}, not ${request.method}.`;
    sendError(response, new AppError("METHOD_NOT_SUPPORTED", message), { allow });
    return Promise.resolve();
  }

  /** A separate function, so that the request's input is not kept while it is answered. */
  async function prepare(call: Call, route: Route, { parameters }: Match): Promise<() => Promise<void>> {
    const { request, target } = call;
    const input = await readInput(request, { route, parameters, target, maxBytes: maxBodyBytes });
    return prepareAnswer(call, route, input);
  }

  return {
    at: /^/,
    methodsAt: ({ pathname }) => methodsOf(pathname),
    isPage: (pathname) => pathname === "/" || findFile(pathname) !== undefined,
    async answer(request, response, target) {
      try {
        const match = table.find(target.pathname);
        const method = request.method === "HEAD" ? "GET" : request.method;
        const route = match?.routes.get(method ?? "");
        if (match) target.route = match.path;
        if (!match || !route) return await answerElse(request, response, target);
        if (target.pathname === "/" && leadToChatPage(request, response, target)) return;
        const send = await prepare({ ...everyCall, request, response, target }, route, match);
        await send();
      } catch (error) {
        const appError = error instanceof TRPCError ? fromTRPCError(error) : toAppError(error);
        report(appError, request);
        sendError(response, appError);
      }
    },
  };
}

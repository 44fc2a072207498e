import type { IncomingMessage, ServerResponse } from "node:http";
import { callTRPCProcedure, TRPCError } from "@trpc/server";
import type { Page } from "../contract/page.ts";
import { AppError, toAppError } from "../domain/app-error.ts";
import type { Desk } from "../domain/desk.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { readQuery } from "../http/request-target.ts";
import { sendJsonStream } from "../http/send-stream.ts";
import { sendError, sendText } from "../http/send.ts";
import type { StaticFile } from "./docs-pages.ts";
import { answerStatic, createDocsPages } from "./docs-pages.ts";
import { createStaticFile } from "./docs/static-file.ts";
import { createOpenApiDocument } from "./openapi-document.ts";
import { fromTRPCError } from "../trpc/to-error-shape.ts";
import type { AppRouter } from "../trpc/router.ts";
import { readInput } from "./read-input.ts";
import type { Route } from "./routes.ts";
import { findRoutes, listRoutes } from "./routes.ts";
import type { StreamedAnswer } from "./streamed-answers.ts";
import { streamSession, streamSessions } from "./streamed-answers.ts";

export type RestDoorOptions = {
  desk: Desk;
  router: AppRouter;
  maxBodyBytes: number;
  /** The product's version, for the OpenAPI document. */
  version: string;
  /** Told of each error that is answered. */
  report: (error: AppError) => void;
};

export type RestDoor = {
  /** Answers the request, whatever it is. Never rejects. */
  answer(request: IncomingMessage, response: ServerResponse, target: RequestTarget): Promise<void>;
  /** The methods that an address takes; none if there is nothing there. */
  methodsOf(pathname: string): string[];
};

/** The answers that can be larger than memory should hold, by procedure. They bypass the procedure, not its input. */
const streams: Readonly<Record<string, (desk: Desk, input: never) => Promise<StreamedAnswer>>> = {
  "session.list": streamSessions,
  "session.get": streamSession,
};

/** The REST paths, answered by the procedures that are documented under them. */
export function createRestDoor({ desk, router, maxBodyBytes, version, report }: RestDoorOptions): RestDoor {
  const routes = listRoutes(router);
  const docs = createDocsPages();
  const document = createStaticFile("application/json", async () => {
    const { maxMessageChars } = desk;
    return Buffer.from(JSON.stringify(createOpenApiDocument({ router, version, maxMessageChars })));
  });

  function findFile(pathname: string): StaticFile | undefined {
    return pathname === "/openapi.json" ? document : docs.find(pathname);
  }

  async function answerRoute(
    response: ServerResponse,
    { route, input, target }: { route: Route; input: unknown; target: RequestTarget },
  ): Promise<void> {
    const stream = streams[route.procedure];
    if (stream) {
      const parsed = route.input?.parse(input) as never;
      const { pieces, nextCursor } = await stream(desk, parsed);
      return sendJsonStream(response, pieces, linkHeader(target, nextCursor));
    }
    const output: unknown = await callTRPCProcedure({
      router,
      path: route.procedure,
      type: route.type,
      ctx: { desk },
      getRawInput: () => Promise.resolve(input),
      signal: undefined,
      batchIndex: 0,
    });
    if (route.answer === "empty") return sendText(response, 204, undefined);
    if (route.answer === "value") return sendText(response, 200, JSON.stringify(output));
    const { items, next_cursor } = output as Page<unknown>;
    return sendText(response, 200, JSON.stringify(items), linkHeader(target, next_cursor));
  }

  function methodsOf(pathname: string): string[] {
    const methods = findFile(pathname)
      ? ["GET"]
      : findRoutes(routes, pathname).map(({ route }) => route.method);
    return methods.includes("GET") ? ["HEAD", ...methods] : methods;
  }

  return {
    methodsOf,
    async answer(request, response, target) {
      try {
        const methods = methodsOf(target.pathname);
        if (methods.length === 0) throw new AppError("NOT_FOUND", `There is nothing at ${target.pathname}.`);
        if (!methods.includes(request.method ?? "")) {
          const allow = methods.join(", ");
          const message = `${target.pathname} takes ${allow}, not ${request.method}.`;
          return sendError(response, new AppError("METHOD_NOT_SUPPORTED", message), { allow });
        }
        const file = findFile(target.pathname);
        if (file) return await answerStatic(request, response, file);
        const method = request.method === "HEAD" ? "GET" : request.method;
        const match = findRoutes(routes, target.pathname).find(({ route }) => route.method === method);
        if (!match) throw new AppError("NOT_FOUND");
        const input = await readInput(request, { ...match, target, maxBytes: maxBodyBytes });
        await answerRoute(response, { route: match.route, input, target });
      } catch (error) {
        const appError = error instanceof TRPCError ? fromTRPCError(error) : toAppError(error);
        report(appError);
        sendError(response, appError);
      }
    },
  };
}

/** Where the next page is (RFC 8288), relative to this one: only the client knows by which name it reached us. */
function linkHeader({ pathname, query }: RequestTarget, nextCursor: string | null): { link?: string } {
  if (nextCursor === null) return {};
  const parameters = new URLSearchParams([...readQuery(query)]);
  parameters.set("cursor", nextCursor);
  return { link: `<${pathname}?${parameters.toString()}>; rel="next"` };
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { TRPCError } from "@trpc/server";
import { AppError, toAppError } from "../domain/app-error.ts";
import type { Desk } from "../domain/desk.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { sendError } from "../http/send.ts";
import type { StaticFile } from "./docs-pages.ts";
import { answerStatic, createDocsPages } from "./docs-pages.ts";
import { createStaticFile } from "./docs/static-file.ts";
import { createOpenApiDocument } from "./openapi-document.ts";
import { fromTRPCError } from "../trpc/to-error-shape.ts";
import type { AppRouter } from "../trpc/router.ts";
import { answerRoute } from "./answer-route.ts";
import { readInput } from "./read-input.ts";
import { findRoutes, listRoutes } from "./routes.ts";
import { sessionEventsRoute } from "./session-events.ts";

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

/** The REST paths, answered by the procedures that are documented under them. */
export function createRestDoor({ desk, router, maxBodyBytes, version, report }: RestDoorOptions): RestDoor {
  const routes = [...listRoutes(router), sessionEventsRoute];
  const docs = createDocsPages();
  const document = createStaticFile("application/json", async () => {
    const { maxMessageChars } = desk;
    return Buffer.from(JSON.stringify(createOpenApiDocument({ router, version, maxMessageChars })));
  });

  function findFile(pathname: string): StaticFile | undefined {
    return pathname === "/openapi.json" ? document : docs.find(pathname);
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
        await answerRoute({ desk, router, request, response, target }, match.route, input);
      } catch (error) {
        const appError = error instanceof TRPCError ? fromTRPCError(error) : toAppError(error);
        report(appError);
        sendError(response, appError);
      }
    },
  };
}

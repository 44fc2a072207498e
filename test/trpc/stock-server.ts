import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import { onTestFinished } from "vitest";
import type { Services } from "../../server/domain/services.ts";
import { anyOrigin } from "../../server/http/origin-policy.ts";
import { AnswerAllowance } from "../../server/http/answer-allowance.ts";
import { createCors } from "../../server/http/cross-origin.ts";
import { maxHeartbeatMs } from "../../server/http/event-stream.ts";
import { decodePart, readTarget } from "../../server/http/request-target.ts";
import { apiHeaders } from "../../server/http/send.ts";
import { answerHttpCalls } from "../../server/trpc/http-calls.ts";
import { appRouter } from "../../server/trpc/router.ts";
import { callsOn, openServices } from "../support/services.ts";

const setCorsHeaders = createCors(anyOrigin);

/** Our tRPC door over HTTP, on a database of its own unless it is given services. @returns its address */
export async function startDoor(given?: Services): Promise<string> {
  const services = given ?? (await openServices());
  const answer = answerHttpCalls({
    ...callsOn(services),
    stopping: services.stopping,
    router: appRouter,
    maxBodyBytes: 100_000,
    heartbeatMs: maxHeartbeatMs,
    maxAnswerBytes: 1_000_000,
    report: () => undefined,
  });
  return listen(
    createServer((request, response) => {
      setCorsHeaders(request, response);
      void answer(request, response, readTarget(request));
    }),
  );
}

/** tRPC's own adapter with the same router and headers, on a database likewise. @returns its address */
export async function startStockAdapter(given?: Services): Promise<string> {
  const services = given ?? (await openServices());
  return listen(
    createServer((request, response) => {
      setCorsHeaders(request, response);
      for (const [name, value] of Object.entries(apiHeaders(request))) response.setHeader(name, value);
      const { pathname } = readTarget(request);
      void nodeHTTPRequestHandler({
        req: request,
        res: response,
        router: appRouter,
        path: decodePart(pathname.slice("/trpc/".length), "The path"),
        createContext: () =>
          Promise.resolve({
            ...callsOn(services),
            allowance: new AnswerAllowance({ maxBytes: 1_000_000, account: undefined }),
          }),
        maxBatchSize: 100,
        responseMeta: ({ errors }) => ({
          headers: {
            vary: ["trpc-accept, accept", response.getHeader("vary") ?? []].flat().join(", "),
            ...(errors.some(({ code }) => code === "METHOD_NOT_SUPPORTED") && {
              allow: request.method === "POST" ? "GET, HEAD" : "POST",
            }),
          },
        }),
      });
    }),
  );
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await server[Symbol.asyncDispose]();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

import { healthSchema } from "../contract/health.ts";
import type { Readiness } from "../domain/readiness.ts";
import { sendText } from "../http/send.ts";
import type { Call } from "./answer-route.ts";
import type { Json, Operation } from "./openapi-passes.ts";
import type { Route } from "./routes.ts";
import { splitPath, toSegment } from "./routes.ts";

/** Is answered while the server starts too. */
export const livenessPath = "/health/live";

/** What supervisors and load balancers ask. */
export const healthRoutes = {
  live: healthRoute("health.live", livenessPath),
  ready: healthRoute("health.ready", "/health/ready"),
} satisfies Record<string, Route>;

const healthy = JSON.stringify(healthSchema.parse({ status: "ok", name: "AI Desk" }));

/** Answers as long as the process answers at all: a supervisor that hears nothing starts it anew. */
export function answerLive({ response }: Call): Promise<void> {
  sendText(response, 200, healthy);
  return Promise.resolve();
}

/** Answers whether requests should be sent here. @throws {AppError} SERVICE_UNAVAILABLE */
export async function answerReady({ response }: Call, readiness: Readiness): Promise<void> {
  await readiness.assertReady();
  sendText(response, 200, healthy);
}

/** How the OpenAPI document describes them. */
export function healthOperations(): Record<keyof typeof healthRoutes, Operation & Json> {
  const schema = { $ref: "#/components/schemas/Health" };
  const answer = { description: "", content: { "application/json": { schema } } };
  return {
    live: {
      operationId: "getLiveness",
      tags: ["health"],
      summary: "Whether the process answers",
      description: "For a supervisor that starts a process anew when it does not answer.",
      responses: { 200: answer },
    },
    ready: {
      operationId: "getReadiness",
      tags: ["health"],
      summary: "Whether the database can be read and written",
      description:
        "For a load balancer. It reads and writes the database, at most once a second; in between the last result is given again.",
      responses: { 200: answer, 503: { description: "" } },
    },
  };
}

function healthRoute(procedure: string, path: string): Route {
  return {
    procedure,
    type: "query",
    method: "GET",
    path,
    segments: splitPath(path).map(toSegment),
    answer: "value",
    headers: {},
    input: undefined,
    numbers: new Set(),
  };
}

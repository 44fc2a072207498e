import type { ServerResponse } from "node:http";
import { documentedHealthSchema } from "../contract/health.ts";
import type { Readiness } from "../domain/readiness.ts";
import { sendText } from "../http/send.ts";
import type { Json, DescribedOperation } from "./openapi-transforms.ts";
import type { Route } from "./routes.ts";
import { ownRoute } from "./routes.ts";

/** This address is answered even while the server starts. */
export const livenessPath = "/health/live";

/** The addresses for supervisors and load balancers. */
export const healthRoutes = {
  live: ownRoute("health.live", livenessPath),
  ready: ownRoute("health.ready", "/health/ready"),
} satisfies Record<string, Route>;

const healthy = JSON.stringify(documentedHealthSchema.parse({ status: "ok", name: "AI Desk" }));

/** Answers as long as the process runs. A supervisor restarts a process that does not answer. */
export function answerLive({ response }: { response: ServerResponse }): Promise<void> {
  sendText(response, 200, healthy);
  return Promise.resolve();
}

/** Answers whether the server is ready for requests. @throws {AppError} SERVICE_UNAVAILABLE */
export async function answerReady({
  response,
  readiness,
}: {
  response: ServerResponse;
  readiness: Readiness;
}): Promise<void> {
  await readiness.assertReady();
  sendText(response, 200, healthy);
}

/** The descriptions of these addresses in the OpenAPI document. */
export function healthOperations(): Record<keyof typeof healthRoutes, DescribedOperation & Json> {
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

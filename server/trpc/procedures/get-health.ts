import { healthSchema } from "../../contract/health.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const getHealthProcedure = procedure
  .meta(
    restPath("GET", "/", {
      operationId: "getHealth",
      tag: "health",
      summary: "Health check",
    }),
  )
  .output(healthSchema)
  .query(() => ({ status: "ok" as const, name: "AI Desk" as const }));

import { contractVersion, healthSchema } from "../../contract/health.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const getHealthProcedure = procedure
  .meta(
    restPath("GET", "/", {
      operationId: "getHealth",
      tag: "health",
      summary: "Health check",
      answerName: "Health",
    }),
  )
  .output(healthSchema)
  .query(({ ctx }) => ({
    status: "ok" as const,
    name: "AI Desk" as const,
    version: ctx.desk.version,
    contract_version: contractVersion,
    max_message_chars: ctx.desk.maxMessageChars,
  }));

import { healthSchema } from "../../contract/health.ts";
import { actions } from "../../domain/actions.ts";
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
  .query(({ ctx }) => ctx.perform(ctx.caller, actions.getHealth, {}));

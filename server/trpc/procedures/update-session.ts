import { sessionHeadSchema, updateSessionInputSchema } from "../../contract/session.ts";
import { actions } from "../../domain/actions.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const updateSessionProcedure = procedure
  .meta(
    restPath("PATCH", "/api/sessions/{session_id}", {
      operationId: "updateSession",
      tag: "sessions",
      summary: "Rename a session",
      bodyName: "SessionUpdate",
      errors: [404],
      answerName: "FullSession",
    }),
  )
  .input(updateSessionInputSchema)
  .output(sessionHeadSchema)
  .mutation(({ ctx, input }) => ctx.perform(ctx.caller, actions.updateSession, input));

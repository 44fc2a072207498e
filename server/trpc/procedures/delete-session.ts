import { z } from "zod";
import { deleteSessionInputSchema } from "../../contract/session.ts";
import { actions } from "../../domain/actions.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const deleteSessionProcedure = procedure
  .meta(
    restPath("DELETE", "/api/sessions/{session_id}", {
      operationId: "deleteSession",
      tag: "sessions",
      summary: "Delete a session with its messages",
      description: "409 if a table of another program in the same database refers to its messages.",
      errors: [400, 404, 409],
      answer: "empty",
    }),
  )
  .input(deleteSessionInputSchema)
  .output(z.void())
  .mutation(({ ctx, input }) => ctx.perform(ctx.caller, actions.deleteSession, input));

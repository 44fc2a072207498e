import { z } from "zod";
import { deleteSessionInputSchema } from "../../contract/session.ts";
import { deleteSession } from "../../domain/delete-session.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const deleteSessionProcedure = procedure
  .meta(
    restPath("DELETE", "/api/sessions/{session_id}", {
      operationId: "deleteSession",
      tag: "sessions",
      summary: "Delete a session with its messages",
      errors: [400, 404],
      answer: "empty",
    }),
  )
  .input(deleteSessionInputSchema)
  .output(z.void())
  .mutation(({ ctx, input }) => deleteSession(ctx.desk, input.session_id));

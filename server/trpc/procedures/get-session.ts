import { getSessionInputSchema, sessionSchema } from "../../contract/session.ts";
import { getSession } from "../../domain/get-session.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const getSessionProcedure = procedure
  .meta(
    restPath("GET", "/api/sessions/{session_id}", {
      operationId: "getSession",
      tag: "sessions",
      summary: "Get session details with messages",
      errors: [400, 404],
    }),
  )
  .input(getSessionInputSchema)
  .output(sessionSchema)
  .query(({ ctx, input }) => getSession(ctx.desk, input.session_id));

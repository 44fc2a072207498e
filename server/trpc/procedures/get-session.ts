import { getSessionInputSchema, sessionSchema } from "../../contract/session.ts";
import type { Session } from "../../contract/session.ts";
import { getLargeSession } from "../large-answers.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const getSessionProcedure = procedure
  .meta(
    restPath("GET", "/api/sessions/{session_id}", {
      operationId: "getSession",
      tag: "sessions",
      summary: "Get session details with messages",
      errors: [400, 404],
      answerName: "Session",
    }),
  )
  .input(getSessionInputSchema)
  .output(sessionSchema)
  .query(async ({ ctx, input }) => (await getLargeSession(ctx, input)).parse<Session>(ctx.allowance));

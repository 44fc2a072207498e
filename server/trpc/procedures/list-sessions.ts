import { optionalInput } from "../../contract/optional.ts";
import { listSessionsInputSchema, sessionPageSchema } from "../../contract/session.ts";
import type { SessionPage } from "../../contract/session.ts";
import { listLargeSessions } from "../large-answers.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const listSessionsProcedure = procedure
  .meta(
    restPath("GET", "/api/sessions", {
      operationId: "listSessions",
      tag: "sessions",
      summary: "Get all chat sessions with messages",
      description: "Newest first. Without `limit` and `cursor` all of them; with either, a page.",
      errors: [400],
      answer: "page",
    }),
  )
  .input(optionalInput(listSessionsInputSchema))
  .output(sessionPageSchema)
  .query(async ({ ctx, input }) =>
    (await listLargeSessions(ctx.desk, input)).parse<SessionPage>(ctx.allowance),
  );

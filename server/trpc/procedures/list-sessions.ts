import { optionalInput } from "../../contract/optional.ts";
import type { SessionPage } from "../../contract/session-list.ts";
import { listSessionsInputSchema, sessionPageSchema } from "../../contract/session-list.ts";
import { listLargeSessions } from "../large-answers.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const listSessionsProcedure = procedure
  .meta(
    restPath("GET", "/api/sessions", {
      operationId: "listSessions",
      tag: "sessions",
      summary: "Get all chat sessions with messages",
      description:
        "Newest first, or by activity. Without `limit` and `cursor` all of them; with either, a page.",
      errors: [400],
      answer: "page",
      answerName: "ListedSession",
    }),
  )
  .input(optionalInput(listSessionsInputSchema))
  .output(sessionPageSchema)
  .query(async ({ ctx, input }) => (await listLargeSessions(ctx, input)).parse<SessionPage>(ctx.allowance));

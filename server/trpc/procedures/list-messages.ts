import { listMessagesInputSchema, messagePageSchema } from "../../contract/message-list.ts";
import type { MessagePage } from "../../contract/message-list.ts";
import { listLargeMessages } from "../large-answers.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const listMessagesProcedure = procedure
  .meta(
    restPath("GET", "/api/sessions/{session_id}/messages", {
      operationId: "listMessages",
      tag: "messages",
      summary: "Get a page of a session's messages",
      description:
        "Oldest first within a page. From the start or after `after` the pages go forward; with `order=newest`, or with `before` alone, they go back in time.",
      errors: [400, 404],
      answer: "page",
    }),
  )
  .input(listMessagesInputSchema)
  .output(messagePageSchema)
  .query(async ({ ctx, input }) => (await listLargeMessages(ctx, input)).parse<MessagePage>(ctx.allowance));

import { listMessagesInputSchema, messagePageSchema } from "../../contract/message-list.ts";
import { listMessages } from "../../domain/list-messages.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const listMessagesProcedure = procedure
  .meta(
    restPath("GET", "/api/sessions/{session_id}/messages", {
      operationId: "listMessages",
      tag: "messages",
      summary: "Get a page of a session's messages",
      description:
        "Oldest first within a page. From the start or after `after` the pages go forward; with `before` alone they go back in time.",
      errors: [400, 404],
      answer: "page",
    }),
  )
  .input(listMessagesInputSchema)
  .output(messagePageSchema)
  .query(({ ctx, input }) => listMessages(ctx.desk, input));

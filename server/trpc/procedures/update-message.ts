import { messageSchema, updateMessageInputSchema } from "../../contract/message.ts";
import { actions } from "../../domain/actions.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const updateMessageProcedure = procedure
  .meta(
    restPath("PATCH", "/api/sessions/{session_id}/messages/{message_id}", {
      operationId: "updateMessage",
      tag: "messages",
      summary: "Edit a message",
      bodyName: "MessageUpdate",
      errors: [404, 409],
      omits: ["key"],
    }),
  )
  .input(updateMessageInputSchema)
  .output(messageSchema)
  .mutation(({ ctx, input }) => ctx.perform(ctx.caller, actions.updateMessage, input));

import { z } from "zod";
import { deleteMessageInputSchema } from "../../contract/message.ts";
import { actions } from "../../domain/actions.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const deleteMessageProcedure = procedure
  .meta(
    restPath("DELETE", "/api/sessions/{session_id}/messages/{message_id}", {
      operationId: "deleteMessage",
      tag: "messages",
      summary: "Delete a message",
      errors: [400, 404, 409],
      omits: ["key"],
      answer: "empty",
    }),
  )
  .input(deleteMessageInputSchema)
  .output(z.void())
  .mutation(({ ctx, input }) => ctx.perform(ctx.caller, actions.deleteMessage, input));

import { addMessageInputSchema, messageSchema } from "../../contract/message.ts";
import { actions } from "../../domain/actions.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const addMessageProcedure = procedure
  .meta(
    restPath("POST", "/api/sessions/{session_id}/messages", {
      operationId: "addMessage",
      tag: "messages",
      summary: "Add message to session",
      description:
        "The answer means that the message is on disk. With `status` it is a reply, which is written in pieces or asked for.",
      bodyName: "NewMessage",
      answerName: "Message",
      errors: [404, 409, 422, 429],
      headers: { key: "Idempotency-Key" },
    }),
  )
  .input(addMessageInputSchema)
  .output(messageSchema)
  .mutation(async ({ ctx, input }) => (await ctx.perform(ctx.caller, actions.addMessage, input)).message);

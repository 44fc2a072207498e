import { claimInputSchema, replyExamples } from "../../contract/reply.ts";
import { messageSchema } from "../../contract/message.ts";
import { actions } from "../../domain/actions.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const claimReplyProcedure = procedure
  .meta(
    restPath("POST", "/api/sessions/{session_id}/messages/{message_id}/claim", {
      operationId: "claimReply",
      tag: "messages",
      summary: "Take a requested reply",
      description: "The reply is streaming from then on, and this writer alone may append to it.",
      bodyName: "ClaimReply",
      answerExample: replyExamples.claimed,
      errors: [404, 409, 429],
      omits: ["key"],
    }),
  )
  .input(claimInputSchema)
  .output(messageSchema)
  .mutation(({ ctx, input }) => ctx.perform(ctx.caller, actions.claimReply, input));

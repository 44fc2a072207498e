import { finishInputSchema, replyExamples } from "../../contract/reply.ts";
import { messageSchema } from "../../contract/message.ts";
import { actions } from "../../domain/actions.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const finishReplyProcedure = procedure
  .meta(
    restPath("POST", "/api/sessions/{session_id}/messages/{message_id}/finish", {
      operationId: "finishReply",
      tag: "messages",
      summary: "End a reply",
      description: "The same request again has the same answer.",
      bodyName: "FinishReply",
      answerExample: replyExamples.finished,
      errors: [404, 409],
      omits: ["key"],
    }),
  )
  .input(finishInputSchema)
  .output(messageSchema)
  .mutation(({ ctx, input }) => ctx.perform(ctx.caller, actions.finishReply, input));

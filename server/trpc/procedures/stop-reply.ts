import { stopInputSchema, replyExamples } from "../../contract/reply.ts";
import { messageSchema } from "../../contract/message.ts";
import { actions } from "../../domain/actions.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const stopReplyProcedure = procedure
  .meta(
    restPath("POST", "/api/sessions/{session_id}/messages/{message_id}/stop", {
      operationId: "stopReply",
      tag: "messages",
      summary: "Stop a reply",
      description:
        "It ends with the text so far, whoever writes it. A reply that has ended is answered as it is.",
      answerExample: replyExamples.finished,
      errors: [404],
      omits: ["key"],
    }),
  )
  .input(stopInputSchema)
  .output(messageSchema)
  .mutation(({ ctx, input }) => ctx.perform(ctx.caller, actions.stopReply, input));

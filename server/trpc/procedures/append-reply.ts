import { appendedSchema, appendInputSchema } from "../../contract/reply.ts";

import { actions } from "../../domain/actions.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const appendReplyProcedure = procedure
  .meta(
    restPath("POST", "/api/sessions/{session_id}/messages/{message_id}/append", {
      operationId: "appendToReply",
      tag: "messages",
      summary: "Append to a reply",
      description:
        "What stands there already is skipped, so that an append may be repeated. The answer means that the text is on disk. It renews the lease of the reply.",
      bodyName: "AppendToReply",
      errors: [404, 409],
      omits: ["key"],
    }),
  )
  .input(appendInputSchema)
  .output(appendedSchema)
  .mutation(({ ctx, input }) => ctx.perform(ctx.caller, actions.appendToReply, input));

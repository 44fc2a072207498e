import { optionalInput } from "../../contract/optional.ts";
import { createSessionInputSchema, sessionSchema } from "../../contract/session.ts";
import { actions } from "../../domain/actions.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const createSessionProcedure = procedure
  .meta(
    restPath("POST", "/api/sessions", {
      operationId: "createSession",
      tag: "sessions",
      summary: "Create a new session",
      description:
        "Every field may be left out: `id` is then made, `title` is `New chat`, `created_at` is now.",
      bodyName: "NewSession",
      answerName: "Session",
      errors: [409],
    }),
  )
  .input(optionalInput(createSessionInputSchema))
  .output(sessionSchema)
  .mutation(({ ctx, input }) => ctx.perform(ctx.caller, actions.createSession, input));

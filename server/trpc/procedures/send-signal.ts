import { z } from "zod";
import { signalInputSchema } from "../../contract/signal.ts";
import { actions } from "../../domain/actions.ts";
import { restPath } from "../meta.ts";
import { procedure } from "../trpc.ts";

export const sendSignalProcedure = procedure
  .meta(
    restPath("POST", "/api/sessions/{session_id}/signals", {
      operationId: "sendSignal",
      tag: "sessions",
      summary: "Signal something of the moment",
      description:
        "Every live subscriber of the session gets it as an event of the type `signal`, for instance that somebody types. It is never stored: a subscriber that is slow or away does not get it, and a poll has none.",
      bodyName: "NewSignal",
      errors: [404, 429],
      answer: "empty",
    }),
  )
  .input(signalInputSchema)
  .output(z.void())
  .mutation(({ ctx, input }) => ctx.perform(ctx.caller, actions.sendSignal, input));

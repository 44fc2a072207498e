import { tracked } from "@trpc/server";
import { onEventInputSchema } from "../../contract/live-event.ts";
import { followSession } from "../../domain/session-events.ts";
import { procedure } from "../trpc.ts";

export const onSessionEventProcedure = procedure.input(onEventInputSchema).subscription(async function* ({
  ctx,
  input,
  signal = new AbortController().signal,
}) {
  const events = followSession(ctx.desk, {
    sessionId: input.session_id,
    after: input.lastEventId,
    signal,
  });
  for await (const { position, event } of events) {
    yield tracked(position, event);
    await ctx.mayYield?.();
  }
});

import { onEventInputSchema } from "../../contract/live-event.ts";
import { followSession } from "../../domain/session-log.ts";
import { streamEvents } from "../stream-events.ts";
import { procedure } from "../trpc.ts";

export const onSessionEventProcedure = procedure.input(onEventInputSchema).subscription(async function* ({
  ctx,
  input,
  signal = new AbortController().signal,
}) {
  yield* streamEvents(
    ctx,
    followSession(ctx.desk, { sessionId: input.session_id, after: input.lastEventId, signal }),
  );
});

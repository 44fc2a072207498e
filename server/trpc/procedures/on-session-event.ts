import { onEventInputSchema } from "../../contract/live-event.ts";
import type { LiveEvent } from "../../contract/live-event.ts";
import { followSession } from "../../domain/session-log.ts";
import { Subscription } from "../subscription.ts";
import type { TrackedEvents } from "../tracked-events.ts";
import { procedure } from "../trpc.ts";

export const onSessionEventProcedure = procedure
  .input(onEventInputSchema)
  .subscription(({ ctx, input, signal = new AbortController().signal }): TrackedEvents<LiveEvent> => {
    const { session_id: sessionId, lastEventId: after, ...extent } = input;
    return new Subscription(
      followSession(ctx.desk, { sessionId, after, ...extent, signal, connection: ctx.connection }),
    );
  });

import { onEventInputSchema } from "../../contract/live-event.ts";
import type { LiveEvent } from "../../contract/live-event.ts";
import { actions } from "../../domain/actions.ts";
import { Subscription } from "../subscription.ts";
import type { TrackedEvents } from "../tracked-events.ts";
import { procedure } from "../trpc.ts";

export const onSessionEventProcedure = procedure
  .input(onEventInputSchema)
  .subscription(({ ctx, input, signal = new AbortController().signal }): TrackedEvents<LiveEvent> => {
    const { lastEventId: after, ...wanted } = input;
    const { caller, perform, connection } = ctx;
    return new Subscription(perform(caller, actions.followSession, { ...wanted, after, signal, connection }));
  });

import { onListEventInputSchema } from "../../contract/list-event.ts";
import type { ListEvent } from "../../contract/list-event.ts";
import { actions } from "../../domain/actions.ts";
import { Subscription } from "../subscription.ts";
import type { TrackedEvents } from "../tracked-events.ts";
import { procedure } from "../trpc.ts";

export const onListEventProcedure = procedure
  .input(onListEventInputSchema)
  .subscription(
    ({ ctx, input, signal = new AbortController().signal }): TrackedEvents<ListEvent> =>
      new Subscription(ctx.perform(ctx.caller, actions.followList, { after: input.lastEventId, signal })),
  );

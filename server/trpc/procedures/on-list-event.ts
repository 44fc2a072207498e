import { onListEventInputSchema } from "../../contract/list-event.ts";
import type { ListEvent } from "../../contract/list-event.ts";
import { followList } from "../../domain/list-log.ts";
import { Subscription } from "../subscription.ts";
import type { TrackedEvents } from "../tracked-events.ts";
import { procedure } from "../trpc.ts";

export const onListEventProcedure = procedure
  .input(onListEventInputSchema)
  .subscription(
    ({ ctx, input, signal = new AbortController().signal }): TrackedEvents<ListEvent> =>
      new Subscription(followList(ctx.desk, { after: input.lastEventId, signal })),
  );

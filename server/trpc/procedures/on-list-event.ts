import { onListEventInputSchema } from "../../contract/list-event.ts";
import { followList } from "../../domain/list-log.ts";
import { streamEvents } from "../stream-events.ts";
import { procedure } from "../trpc.ts";

export const onListEventProcedure = procedure.input(onListEventInputSchema).subscription(async function* ({
  ctx,
  input,
  signal = new AbortController().signal,
}) {
  yield* streamEvents(ctx, followList(ctx.desk, { after: input?.lastEventId, signal }));
});

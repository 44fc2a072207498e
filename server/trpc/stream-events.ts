import type { TrackedEnvelope } from "@trpc/server";
import { tracked } from "@trpc/server";
import type { Positioned } from "../domain/follow-log.ts";
import type { LogEvent } from "../domain/log.ts";
import type { Context } from "./context.ts";

/** A stream as tRPC sends it: each event under its position, no faster than the connection takes it. */
export async function* streamEvents<Event extends LogEvent>(
  { connection }: Context,
  events: AsyncIterable<Positioned<Event>>,
): AsyncGenerator<TrackedEnvelope<Event>, void, undefined> {
  const slot = connection?.takeSubscription();
  try {
    await connection?.mayBegin();
    for await (const { position, event } of events) {
      yield tracked(position, event);
      await connection?.mayYield();
    }
  } finally {
    slot?.release();
  }
}

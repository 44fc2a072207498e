import { setTimeout as wait } from "node:timers/promises";
import type { OpenReply } from "../../../db/store.ts";
import { StoreUnavailable } from "../../../db/store.ts";
import type { Services } from "../services.ts";
import { endOpenReply } from "./end-open-reply.ts";

/** How often it is looked for leases that have ended, at most, in milliseconds. */
const maxPauseMs = 1000;

/**
 * Ends each reply as `interrupted` whose lease has ended, until the product stops. Every reply that is streaming at the start gets
 * a whole lease.
 */
export async function endAbandonedReplies(services: Services): Promise<void> {
  const { store, leases, stopping } = services;
  const pauseMs = Math.min(maxPauseMs, leases.durationMs / 4);
  while (!stopping.aborted) {
    try {
      leases.compare(await store.replies.listOpen());
      for (const reply of leases.listEnded()) await interrupt(services, reply);
    } catch (error) {
      // It is tried again, as long as the database cannot be used.
      if (!(error instanceof StoreUnavailable)) throw error;
    }
    await wait(pauseMs, undefined, { signal: stopping, ref: false }).catch(() => undefined);
  }
}

async function interrupt({ store, leases }: Services, reply: OpenReply): Promise<void> {
  const { message_id: id } = reply;
  await store.change(reply.session_id, async (session) => {
    const found = await session.findReply({ id });
    // Its writer may have come back meanwhile, or ended it.
    if (found?.status === "streaming" && found.seq === reply.seq && leases.hasEnded(id)) {
      await endOpenReply(session, id, { status: "interrupted" });
    }
  });
}

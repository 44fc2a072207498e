import { setTimeout as wait } from "node:timers/promises";
import type { OpenReply } from "../../../db/store.ts";
import { StoreUnavailable } from "../../../db/store.ts";
import type { Services } from "../services.ts";
import { endOpenReply } from "./end-open-reply.ts";

/** The longest pause between two looks for leases that have ended, in milliseconds. */
const maxPauseMs = 1000;

/**
 * Ends each reply as `interrupted` when its lease has ended, until the product stops. Every reply that is streaming at the
 * start gets a whole lease.
 *
 * @param report is told of each failure but that of a database that cannot be used now, which is tried again
 */
export async function endAbandonedReplies(
  services: Services,
  report: (error: unknown) => void,
): Promise<void> {
  const { store, leases, stopping } = services;
  const pauseMs = Math.min(maxPauseMs, leases.durationMs / 4);
  while (!stopping.aborted) {
    try {
      leases.compare(await store.replies.listOpen());
      for (const reply of leases.listEnded()) await interrupt(services, reply);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) report(error);
    }
    await wait(pauseMs, undefined, { signal: stopping, ref: false }).catch(() => undefined);
  }
}

async function interrupt({ store, leases }: Services, reply: OpenReply): Promise<void> {
  const { message_id: id } = reply;
  try {
    await store.change(reply.session_id, async (session) => {
      const found = await session.findReply({ id });
      // Its writer may have come back meanwhile, or ended it.
      if (found?.status === "streaming" && found.renewals === reply.renewals && leases.hasEnded(id)) {
        await endOpenReply(session, id, { status: "interrupted" });
      }
    });
  } catch (error) {
    // A rule of another program may forbid it: it is tried again after a lease, and the other replies are not kept waiting.
    if (!(error instanceof StoreUnavailable)) leases.renew(reply);
    throw error;
  }
}

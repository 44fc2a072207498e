import type { Pauses } from "../chat/pauses.ts";
import { mayPass } from "../chat/pauses.ts";
import { toChatError } from "../chat/to-chat-error.ts";
import type { Client, ListEvent } from "../types.ts";

export type ListFollower = {
  /** The position to follow from; undefined is before everything. */
  position: () => string | undefined;
  onEvent: (event: ListEvent, position: string) => void;
  /** The log has another history, or too much was missed: it is followed from its beginning. */
  onReset: () => void;
  /** The server refuses the subscription for good. */
  onRefused: (error: unknown) => void;
};

/** Before everything. */
const beginning = "0";

/** Follows the log of the list of sessions until the signal aborts. A lost subscription is repeated. */
export async function followList(
  rpc: Client,
  pauses: Pauses,
  follower: ListFollower,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await pauses.repeat(() => follow(rpc, follower, signal), signal);
    } catch (error) {
      if (!signal.aborted) follower.onRefused(error);
      return;
    }
  }
}

/** Resolves when the log has to be followed anew, and rejects when the subscription ends. */
function follow(rpc: Client, follower: ListFollower, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      signal.removeEventListener("abort", abort);
      subscription.unsubscribe();
      settle();
    };
    const abort = (): void => end(resolve);
    const subscription = rpc.session.onListEvent.subscribe(
      { lastEventId: follower.position() ?? beginning },
      {
        onData({ id, data: event }) {
          if (isOver) return;
          if (event.type !== "snapshot" && event.type !== "reset") return follower.onEvent(event, id);
          // It has the latest sessions alone.
          follower.onReset();
          end(resolve);
        },
        onError: (error) => end(() => reject(error)),
        onComplete: () => end(() => reject(new Error("The server has ended the subscription."))),
      },
    );
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
  });
}

/** Whether a call was refused in a way that a repeat does not change. */
export function isRefusal(error: unknown, ...codes: readonly string[]): boolean {
  const refusal = toChatError(error);
  if (refusal.kind !== "refused" || mayPass(refusal)) return false;
  return codes.length === 0 || codes.includes(refusal.code);
}

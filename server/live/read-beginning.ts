import type { ChangeLog, LogEvent, TrackedEvent } from "./change-log.ts";
import { formatPosition } from "./position.ts";
import type { BeginningKey } from "./snapshot-cache.ts";
import { toEvent } from "./to-event.ts";

/**
 * Reads the first events for a new subscriber: the state of the log, and `caught_up`. Undefined if the log has just
 * ended.
 */
export async function readBeginning<Event extends LogEvent>(
  log: ChangeLog<Event>,
  { type, epoch }: BeginningKey,
): Promise<TrackedEvent<Event>[] | undefined> {
  const snapshot = await log.readSnapshot();
  if (!snapshot) return undefined;
  const { seq } = snapshot;
  const position = formatPosition(epoch, seq);
  const events = [
    toEvent<Event>({ type, ...snapshot }, { prev: 0, epoch }),
    toEvent<Event>({ type: "caught_up", seq }, { prev: seq, epoch }),
  ];
  return events.map((event) => ({ position, event }));
}

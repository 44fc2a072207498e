import type { LiveHub } from "./live-hub.ts";
import type { Change, Log, LogEvent } from "./log.ts";
import { formatPosition, parsePosition } from "./position.ts";

export type Positioned<Event extends LogEvent> = { position: string; event: Event };

/**
 * What happens in a log from a position on: what was missed, read from the log, then `caught_up`, then each change as it
 * comes, until `signal` aborts or the log ends. Without a position it begins with a `snapshot`; after a position that this
 * log cannot have given, with a `reset`.
 *
 * The reader joins the hub before it reads, so a write between the two is never missed.
 *
 * @throws {AppError} NOT_FOUND, TOO_MANY_REQUESTS
 */
export async function* followLog<Event extends LogEvent>(
  hub: LiveHub,
  log: Log<Event>,
  { after, signal }: { after: string | undefined; signal: AbortSignal },
): AsyncGenerator<Positioned<Event>, void, undefined> {
  using reader = hub.join(log, signal);
  const epoch = await log.readEpoch();
  const wanted = after === undefined ? undefined : parsePosition(after);
  /** The position of the last event of this stream. */
  let seq = wanted?.epoch === undefined || wanted.epoch === epoch ? wanted?.seq : undefined;
  let beginning: "snapshot" | "reset" = after === undefined ? "snapshot" : "reset";
  let caughtUp = false;

  const place = (event: Event): Positioned<Event> => {
    const prev = seq ?? 0;
    seq = event.seq;
    return {
      position: formatPosition(epoch, seq),
      event: event.prev === prev ? event : { ...event, prev },
    };
  };
  // An event is its change with these fields.
  const toEvent = (change: Change<Event>): Event => ({ ...change, prev: seq ?? 0 }) as unknown as Event;
  const withEpoch = (event: object & { type: Event["type"]; seq: number }): Event =>
    ({ ...event, prev: seq ?? 0, epoch }) as unknown as Event;

  while (!signal.aborted) {
    const head = await log.readHead();
    if (head.end) {
      if (seq === undefined || seq >= head.seq) throw log.gone();
      yield place(toEvent(head.end));
      return;
    }
    let upTo: number;
    // Position 0 is before everything, also in a log that began anew: all that is left in it is its own.
    if (seq === undefined || (seq > 0 && seq < head.startSeq) || seq > head.seq) {
      const snapshot = await log.readSnapshot();
      if (!snapshot) continue;
      seq = undefined;
      yield place(withEpoch({ type: beginning, ...snapshot }));
      beginning = "reset";
      upTo = snapshot.seq;
    } else {
      const page = await head.readChanges(seq);
      for (const change of page.changes) yield place(toEvent(change));
      if (page.upTo < head.seq) continue;
      ({ upTo } = page);
    }
    if (!caughtUp) {
      caughtUp = true;
      yield place(withEpoch({ type: "caught_up", seq: seq ?? upTo }));
    }
    for (let live = await reader.next(upTo); live.length > 0; live = await reader.next(upTo)) {
      for (const event of live) yield place(event);
      upTo = seq ?? upTo;
    }
  }
}

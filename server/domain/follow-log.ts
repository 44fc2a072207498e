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
  let isCaughtUp = false;
  let hasEnded = false;
  /** What is sent next, and taken out for it: a generator that waits keeps what its variables held, a snapshot for one. */
  const ready: Event[] = [];

  const place = (event: Event): Positioned<Event> => {
    const prev = seq ?? 0;
    seq = event.seq;
    return {
      position: formatPosition(epoch, seq),
      event: event.prev === prev ? event : { ...event, prev },
    };
  };
  /** The position of the last event that is known: sent, or ready to be. */
  const lastSeq = (): number | undefined => ready.at(-1)?.seq ?? seq;
  // An event is its change with these fields.
  const toEvent = (change: Change<Event>): Event => ({ ...change, prev: lastSeq() ?? 0 }) as unknown as Event;
  const withEpoch = (event: object & { type: Event["type"]; seq: number }): Event =>
    ({ ...event, prev: lastSeq() ?? 0, epoch }) as unknown as Event;

  /** Reads on in the log. @returns how far it is read, if that is all that is in it. */
  async function readOn(): Promise<number | undefined> {
    const head = await log.readHead();
    if (head.end) {
      if (seq === undefined || seq >= head.seq) throw log.gone();
      ready.push(toEvent(head.end));
      hasEnded = true;
      return head.seq;
    }
    // Position 0 is before everything, also in a log that began anew: all that is left in it is its own. But who stood there
    // already followed what was then.
    const isPast = seq !== undefined && seq < head.startSeq && (seq > 0 || isCaughtUp);
    if (seq === undefined || isPast || seq > head.seq) {
      const snapshot = await log.readSnapshot();
      if (!snapshot) return undefined;
      seq = undefined;
      ready.push(withEpoch({ type: beginning, ...snapshot }));
      beginning = "reset";
      return snapshot.seq;
    }
    const page = await head.readChanges(seq);
    for (const change of page.changes) ready.push(toEvent(change));
    if (page.upTo === head.seq) return page.upTo;
    await hub.takeTurn();
    return undefined;
  }

  /** How far the log is read. Undefined while there is more in it. */
  let upTo: number | undefined;
  while (!signal.aborted && !hasEnded) {
    if (upTo === undefined) {
      upTo = await readOn();
      if (upTo !== undefined && !isCaughtUp && !hasEnded) {
        isCaughtUp = true;
        ready.push(withEpoch({ type: "caught_up", seq: lastSeq() ?? upTo }));
      }
    } else {
      ready.push(...(await reader.next(upTo)));
      upTo = ready.at(-1)?.seq;
    }
    for (let event = ready.shift(); event; event = ready.shift()) yield place(event);
  }
}

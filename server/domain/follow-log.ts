import type { LiveHub } from "./live-hub.ts";
import type { LiveReader } from "./live-topic.ts";
import type { Sink } from "./live-stream.ts";
import { LiveStream } from "./live-stream.ts";
import type { Change, Log, LogEvent, Positioned } from "./log.ts";
import { formatPosition, parsePosition } from "./position.ts";

export type Follow<Event extends LogEvent> = {
  hub: LiveHub;
  log: Log<Event>;
  /** Has joined the hub before anything was read, so that no write between the two is missed. */
  reader: LiveReader<Event>;
  after: string | undefined;
  signal: AbortSignal;
  /** Whether the stream ends where it would begin anew with a `reset`. */
  endsAtReset?: boolean;
};

/**
 * A log as {@link followLog} sends it.
 *
 * @throws {AppError} NOT_FOUND, TOO_MANY_REQUESTS
 */
export function streamLog<Event extends LogEvent>(
  hub: LiveHub,
  log: Log<Event>,
  wanted: { after: string | undefined; signal: AbortSignal },
): LiveStream<Positioned<Event>> {
  return new LiveStream(wanted.signal, async (sink, signal) => {
    using reader = hub.join(log, signal);
    await followLog({ hub, log, reader, after: wanted.after, signal }, sink);
  });
}

/**
 * Sends what happens in a log from a position on: what was missed, read from the log, then `caught_up`, then each change
 * as it comes, until `signal` aborts or the log ends. Without a position it begins with a `snapshot`; after a position
 * that this log cannot have given, with a `reset`.
 *
 * The log is read a page at a time, when the sink takes more, and a sink that does not take what is live gets that from
 * the log too. Nothing is held meanwhile.
 *
 * @throws {AppError} NOT_FOUND
 */
export async function followLog<Event extends LogEvent>(
  { hub, log, reader, after, signal, endsAtReset = false }: Follow<Event>,
  sink: Sink<Positioned<Event>>,
): Promise<void> {
  const epoch = await log.readEpoch();
  const wanted = after === undefined ? undefined : parsePosition(after);
  /** The position of the last event of this stream. */
  let seq = wanted?.epoch === undefined || wanted.epoch === epoch ? wanted?.seq : undefined;
  let beginning: "snapshot" | "reset" = after === undefined ? "snapshot" : "reset";
  let isCaughtUp = false;

  const place = (event: Event): Positioned<Event> => {
    const prev = seq ?? 0;
    seq = event.seq;
    return {
      position: formatPosition(epoch, seq),
      event: event.prev === prev ? event : { ...event, prev },
    };
  };
  // An event is its change with these fields.
  const placeChange = (change: Change<Event>): Positioned<Event> =>
    place({ ...change, prev: seq ?? 0 } as unknown as Event);
  const placeWithEpoch = (event: object & { type: Event["type"]; seq: number }): Positioned<Event> =>
    place({ ...event, prev: seq ?? 0, epoch } as unknown as Event);

  /** Reads a page and sends it. @returns how far the log is read, if that is all that is in it. */
  async function sendPage(): Promise<number | "more" | "end"> {
    const head = await log.readHead();
    if (head.end) {
      if (seq === undefined || seq >= head.seq) throw log.gone();
      sink.send([placeChange(head.end)]);
      return "end";
    }
    // Position 0 is before everything, also in a log that began anew: all that is left in it is its own. But who stood there
    // already followed what was then.
    const isPast = seq !== undefined && seq < head.startSeq && (seq > 0 || isCaughtUp);
    const page: Positioned<Event>[] = [];
    let upTo: number;
    let isLast = true;
    if (seq === undefined || isPast || seq > head.seq) {
      if (endsAtReset && beginning === "reset") return "end";
      const snapshot = await log.readSnapshot();
      if (!snapshot) return "more";
      seq = undefined;
      page.push(placeWithEpoch({ type: beginning, ...snapshot }));
      beginning = "reset";
      upTo = snapshot.seq;
    } else {
      const read = await head.readChanges(seq);
      page.push(...read.changes.map(placeChange));
      upTo = read.upTo;
      isLast = upTo === head.seq;
    }
    if (isLast && !isCaughtUp) {
      isCaughtUp = true;
      page.push(placeWithEpoch({ type: "caught_up", seq: seq ?? upTo }));
    }
    if (page.length > 0) sink.send(page);
    return isLast ? upTo : "more";
  }

  const sendLive = (live: readonly Positioned<Event>[]): boolean => {
    if (!sink.isReady) return false;
    // What all of them get is sent as it is: whoever encodes it for one has it for the others.
    const isNext = live[0]?.event.prev === seq;
    sink.send(isNext ? live : live.map(({ event }) => place(event)));
    seq = live.at(-1)?.event.seq;
    return true;
  };

  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const read = await sink.inTurn(async () => {
      if (!isFirst) await hub.takeTurn();
      return signal.aborted ? "end" : sendPage();
    });
    if (read === "end") return;
    if (read !== "more") await reader.goLive({ epoch, seq: read }, sendLive);
  }
}

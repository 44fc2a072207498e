import type { LiveHub } from "./live-hub.ts";
import type { LiveReader, LiveTaker } from "./live-topic.ts";
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
  follow: Follow<Event>,
  sink: Sink<Positioned<Event>>,
): Promise<void> {
  return new Follower(follow, sink, await follow.log.readEpoch()).run();
}

/** Most of those who follow wait, and there are many: what one holds meanwhile is its fields, and not a closure for each. */
class Follower<Event extends LogEvent> implements LiveTaker<Event> {
  readonly #follow: Follow<Event>;
  readonly #sink: Sink<Positioned<Event>>;
  readonly #epoch: string;
  /** The position of the last event of this stream. */
  #seq: number | undefined;
  #beginning: "snapshot" | "reset";
  #isCaughtUp = false;

  constructor(follow: Follow<Event>, sink: Sink<Positioned<Event>>, epoch: string) {
    const { after } = follow;
    const wanted = after === undefined ? undefined : parsePosition(after);
    this.#follow = follow;
    this.#sink = sink;
    this.#epoch = epoch;
    this.#seq = wanted?.epoch === undefined || wanted.epoch === epoch ? wanted?.seq : undefined;
    this.#beginning = after === undefined ? "snapshot" : "reset";
  }

  async run(): Promise<void> {
    const { hub, reader, signal } = this.#follow;
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const read = await this.#sink.inTurn(async () => {
        if (!isFirst) await hub.takeTurn();
        return signal.aborted ? "end" : this.#sendPage();
      });
      if (read === "end") return;
      if (read !== "more") await reader.goLive({ epoch: this.#epoch, seq: read }, this);
    }
  }

  take(live: readonly Positioned<Event>[]): boolean {
    if (!this.#sink.isReady) return false;
    // What all of them get is sent as it is: whoever encodes it for one has it for the others.
    if (live[0]?.event.prev === this.#seq) this.#sink.send(live, true);
    else
      this.#sink.send(
        live.map(({ event }) => this.#place(event)),
        false,
      );
    this.#seq = live.at(-1)?.event.seq;
    return true;
  }

  /** Reads a page and sends it. @returns how far the log is read, if that is all that is in it. */
  async #sendPage(): Promise<number | "more" | "end"> {
    const { log, endsAtReset } = this.#follow;
    const seq = this.#seq;
    const head = await log.readHead();
    if (head.end) {
      if (seq === undefined || seq >= head.seq) throw log.gone();
      this.#sink.send([this.#placeChange(head.end)], false);
      return "end";
    }
    // Position 0 is before everything, also in a log that began anew: all that is left in it is its own. But who stood there
    // already followed what was then.
    const isPast = seq !== undefined && seq < head.startSeq && (seq > 0 || this.#isCaughtUp);
    const page: Positioned<Event>[] = [];
    let upTo: number;
    let isLast = true;
    if (seq === undefined || isPast || seq > head.seq) {
      if (endsAtReset && this.#beginning === "reset") return "end";
      const snapshot = await log.readSnapshot();
      if (!snapshot) return "more";
      this.#seq = undefined;
      page.push(this.#placeWithEpoch({ type: this.#beginning, ...snapshot }));
      this.#beginning = "reset";
      upTo = snapshot.seq;
    } else {
      const read = await head.readChanges(seq);
      for (const change of read.changes) page.push(this.#placeChange(change));
      upTo = read.upTo;
      isLast = upTo === head.seq;
    }
    if (isLast && !this.#isCaughtUp) {
      this.#isCaughtUp = true;
      page.push(this.#placeWithEpoch({ type: "caught_up", seq: this.#seq ?? upTo }));
    }
    if (page.length > 0) this.#sink.send(page, false);
    return isLast ? upTo : "more";
  }

  #place(event: Event): Positioned<Event> {
    const prev = this.#seq ?? 0;
    this.#seq = event.seq;
    return {
      position: formatPosition(this.#epoch, event.seq),
      event: event.prev === prev ? event : { ...event, prev },
    };
  }

  /** An event is its change with these fields. */
  #placeChange(change: Change<Event>): Positioned<Event> {
    return this.#place({ ...change, prev: this.#seq ?? 0 } as unknown as Event);
  }

  #placeWithEpoch(event: object & { type: Event["type"]; seq: number }): Positioned<Event> {
    return this.#place({ ...event, prev: this.#seq ?? 0, epoch: this.#epoch } as unknown as Event);
  }
}

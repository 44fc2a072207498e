import type { FollowRequest } from "./follow-request.ts";
import type { LiveHub } from "./live-hub.ts";
import type { Listener, ReadUpTo } from "./subscriber.ts";
import type { Sink } from "./feed.ts";
import type { Change, ChangeLog, LogEvent, ChangeLogHead, TrackedEvent } from "./change-log.ts";
import { formatPosition, parsePosition } from "./position.ts";
import { toEvent } from "./to-event.ts";
import { readBeginning } from "./read-beginning.ts";

/**
 * Sends the events of a change log after a position: first the missed ones, read from the log, then `caught_up`, then
 * each change as it comes, until `signal` aborts or the log ends. Without a position the stream begins with a
 * `snapshot`. With a position that this log cannot have issued, the stream begins with a `reset`.
 *
 * The log is read a page at a time, when the sink is writable. A live event that the sink does not take is read from
 * the log later. Nothing is held in memory meanwhile.
 *
 * @throws {AppError} NOT_FOUND, TOO_MANY_REQUESTS
 */
export function followLog<Event extends LogEvent>(
  follow: FollowRequest<Event>,
  sink: Sink<TrackedEvent<Event>>,
): Promise<void> {
  return new Follower(follow, sink).run();
}

/**
 * The life of a subscriber:
 *
 * joined → catching up ⇄ live → ended. A subscriber that is catching up reads pages. After the last page it is live and
 * takes the events that the hub publishes. It goes back to catching up when its sink does not take an event, or when
 * other subscribers have read further. It ends with its signal or with the log.
 *
 * There are many followers, and most of them wait: a waiting one holds its fields and one promise.
 */
class Follower<Event extends LogEvent> implements Listener<Event> {
  readonly #hub: LiveHub;
  readonly #log: ChangeLog<Event>;
  readonly #signal: AbortSignal;
  readonly #connection: object | undefined;
  readonly #sink: Sink<TrackedEvent<Event>>;
  readonly #after: string | undefined;
  /** The name of this stream's history; undefined until the log is read. */
  #epoch: string | undefined;
  /** The life of the log to which this stream belongs; undefined until the log is read. */
  #life: number | undefined;
  /** The `seq` of the last event of this stream. */
  #seq: number | undefined;
  #beginning: "snapshot" | "reset" = "snapshot";
  #isCaughtUp = false;

  constructor(
    { hub, log, after, signal, connection }: FollowRequest<Event>,
    sink: Sink<TrackedEvent<Event>>,
  ) {
    this.#hub = hub;
    this.#log = log;
    this.#after = after;
    this.#signal = signal;
    this.#connection = connection;
    this.#sink = sink;
  }

  async run(): Promise<void> {
    // The subscriber joins before the log is read, so that it misses no write in between.
    const subscriber = this.#hub.subscribe(this.#log, this.#signal, this.#connection);
    try {
      for (let isFirst = true; !this.#signal.aborted; isFirst = false) {
        const read = await this.#sink.whenWritable(() => this.#readOn(isFirst));
        if (read === "end") return;
        if (read !== "more") await subscriber.goLive(read, this);
      }
    } finally {
      subscriber[Symbol.dispose]();
    }
  }

  take(live: readonly TrackedEvent<Event>[]): boolean {
    if (!this.#sink.isWritable) return false;
    // Events that all subscribers get are sent unchanged, so they are encoded once for all.
    if (live[0]?.event.prev === this.#seq) this.#sink.sendShared(live);
    else this.#sink.send(live.map(({ event }) => this.#track(event)));
    this.#seq = live.at(-1)?.event.seq;
    return true;
  }

  takeSignal(shared: readonly TrackedEvent<Event>[]): void {
    if (!this.#sink.takesSignals) return;
    const seq = this.#seq ?? 0;
    if (shared.every(({ event }) => event.seq === seq)) this.#sink.sendShared(shared);
    else this.#sink.send(shared.map(({ event }) => this.#track({ ...event, seq })));
  }

  async #readOn(isFirst: boolean): Promise<ReadUpTo | "more" | "end"> {
    await this.#hub.turns.take(isFirst, () => this.#isSmallRead());
    return this.#signal.aborted ? "end" : this.#sendPage();
  }

  async #isSmallRead(): Promise<boolean> {
    const head = await this.#log.readHead();
    if (this.#epoch === undefined) this.#begin(head);
    return head.isSmallRead(this.#isOutside(head) ? undefined : this.#seq);
  }

  /** Reads a page and sends it. @returns how far the log was read, if this was the last page */
  async #sendPage(): Promise<ReadUpTo | "more" | "end"> {
    const head = await this.#log.readHead();
    if (this.#epoch === undefined) this.#begin(head);
    const seq = this.#seq;
    if (head.end) {
      if (seq === undefined || seq >= head.seq) throw this.#log.gone();
      this.#sink.send([this.#trackChange(head.end)]);
      return "end";
    }
    if (seq === undefined || this.#isOutside(head)) return this.#sendBeginning(head);
    const page: TrackedEvent<Event>[] = [];
    const read = await head.readChanges(seq);
    if (!read) return "more";
    page.push(...read.changes.map((change) => this.#trackChange(change)));
    const isLast = read.upTo === head.seq && (await this.#isWhole(head, seq, read.changes.length));
    if (isLast) this.#addCaughtUp(page);
    if (page.length > 0) this.#sink.send(page);
    return isLast ? { epoch: head.epoch, life: head.life, seq: read.upTo } : "more";
  }

  /** Whether this stream's `seq` cannot belong to the log. */
  #isOutside({ epoch, life, seq: lastSeq, startSeq }: ChangeLogHead<Event>): boolean {
    const seq = this.#seq;
    if (seq === undefined || epoch !== this.#epoch || life !== this.#life || seq > lastSeq) return true;
    // `seq` 0 is before every event, also in a log that was created again. But a subscriber that has caught up at 0
    // belongs to an earlier life.
    return seq < startSeq && (seq > 0 || this.#isCaughtUp);
  }

  /**
   * Whether the last page has everything that existed when the head was read. An item that is changed before its page
   * is read moves beyond the head.
   */
  async #isWhole(head: ChangeLogHead<Event>, after: number, count: number): Promise<boolean> {
    if (this.#isCaughtUp || count === head.seq - after) return true;
    return (await this.#log.readHead()).seq === head.seq;
  }

  /** Sends the state of the log. It is the same for all subscribers that begin at this `seq`. */
  async #sendBeginning({ epoch, life, seq }: ChangeLogHead<Event>): Promise<ReadUpTo | "more"> {
    const type = this.#beginning;
    const key = { snapshotName: this.#log.snapshotName, type, epoch, seq };
    const shared = await this.#hub.snapshots.share(key, () => readBeginning(this.#log, key));
    const first = shared?.beginning.again[0];
    if (!first) return "more";
    const { events, again } = shared.beginning;
    const beginning = this.#isCaughtUp ? again : events;
    if (shared.isShared) this.#sink.sendShared(beginning);
    else this.#sink.send(beginning);
    this.#beginning = "reset";
    this.#isCaughtUp = true;
    this.#epoch = epoch;
    this.#life = life;
    this.#seq = first.event.seq;
    return { epoch, life, seq: first.event.seq };
  }

  #addCaughtUp(page: TrackedEvent<Event>[]): void {
    if (this.#isCaughtUp) return;
    this.#isCaughtUp = true;
    const seq = this.#seq ?? 0;
    page.push(this.#track(toEvent({ type: "caught_up", seq }, { prev: seq, epoch: this.#epoch })));
  }

  #begin(head: ChangeLogHead<Event>): void {
    const { epoch, life, seq, end } = head;
    const after = this.#after;
    const wanted = after === undefined ? undefined : parsePosition(after);
    this.#epoch = epoch;
    this.#life = life;
    this.#seq = wanted?.epoch === undefined || wanted.epoch === epoch ? wanted?.seq : undefined;
    this.#beginning = after === undefined ? "snapshot" : "reset";
    if (end || this.#isOutside(head) || seq - (this.#seq ?? 0) <= this.#log.maxMissed) return;
    this.#beginning = "snapshot";
    this.#seq = undefined;
  }

  #track(event: Event): TrackedEvent<Event> {
    const prev = this.#seq ?? 0;
    this.#seq = event.seq;
    return {
      position: formatPosition(this.#epoch ?? "", event.seq),
      event: event.prev === prev ? event : { ...event, prev },
    };
  }

  #trackChange(change: Change<Event>): TrackedEvent<Event> {
    return this.#track(toEvent(change, { prev: this.#seq ?? 0 }));
  }
}

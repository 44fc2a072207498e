import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import type { Change, ChangeLog, LogEvent, SignalOf, TrackedEvent } from "./change-log.ts";
import { PendingChanges } from "./pending-changes.ts";
import type { LiveChange } from "./pending-changes.ts";
import { Subscriber } from "./subscriber.ts";
import type { ReadUpTo, Seat } from "./subscriber.ts";
import { formatPosition } from "./position.ts";
import { toEvent } from "./to-event.ts";

/**
 * The subscribers of one log in this process. A subscriber that has caught up is live: the log is read once for all
 * live subscribers, and all get the same event objects. The other subscribers each read the log themselves, at their
 * own pace, until they have caught up.
 */
export class LiveTopic<Event extends LogEvent> implements Seat<Event> {
  readonly #log: ChangeLog<Event>;
  readonly #onEmpty: () => void;
  readonly #subscribers = new Set<Subscriber<Event>>();
  /** The number of subscribers by connection. A subscriber without a connection has an entry of its own. */
  readonly #connections = new Map<object, number>();
  readonly #live = new Set<Subscriber<Event>>();
  /** The last `seq` that was published. */
  #publishedSeq = 0;
  /** The name of the history that the live subscribers follow. */
  #epoch = "";
  /** The life of the log that the live subscribers follow. */
  #life = 0;
  /** Whether the log must be read even if nothing was published. */
  #mustRead = false;
  /** The `seq` up to which the log was read for the live subscribers. Undefined if there are none. */
  #readUpTo: number | undefined;
  /** The `seq` of the last event that the live subscribers got. */
  #lastSeq = 0;
  #reading = false;
  /** The next changes, which were passed with their publication. */
  readonly #pending: PendingChanges<Event>;

  constructor(log: ChangeLog<Event>, onEmpty: () => void) {
    this.#log = log;
    this.#onEmpty = onEmpty;
    this.#pending = new PendingChanges(log.gathering, () => this.#deliverPending());
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** Whether another subscriber of this connection, or of none, may join. */
  hasRoomFor(connection: object | undefined): boolean {
    if (this.#connections.size < this.#log.maxReaders) return true;
    return connection !== undefined && this.#connections.has(connection);
  }

  /** @param change the change at `seq`. If it directly follows the last one, the log need not be read. */
  publish(seq: number, change: Change<Event> | undefined): void {
    this.#publishedSeq = Math.max(this.#publishedSeq, seq);
    const before = this.#pending.lastSeq ?? this.#readUpTo;
    if (!change || this.#reading || before !== seq - 1 || this.#log.coalesceMs > 0) return this.#readOn();
    this.#pending.push(change);
  }

  /** Sends a signal to the live subscribers, after the changes that are about to be delivered to them. */
  signal(signal: SignalOf<Event>): void {
    setImmediate(() => {
      const seq = this.#lastSeq;
      const event = toEvent<Event>({ ...signal, seq }, { prev: seq });
      const shared = [{ position: formatPosition(this.#epoch, seq), event }];
      for (const subscriber of this.#live) subscriber.deliverSignal(shared);
    });
  }

  /** @param stand the log's `seq` and life; undefined if the log does not exist */
  compare(stand: Pick<ReadUpTo, "seq" | "life"> | undefined): void {
    const readUpTo = this.#readUpTo;
    // Without live subscribers the log must be read too: a subscriber that is about to go live may have read an older
    // state.
    const isOther = readUpTo === undefined || stand?.life !== this.#life || stand.seq < readUpTo;
    if (stand) this.#publishedSeq = Math.max(this.#publishedSeq, stand.seq);
    if (isOther) this.#mustRead = true;
    this.#readOn();
  }

  /** Adds a subscriber. It must join before it reads the log, so that it misses no change. */
  subscribe(signal: AbortSignal, connection: object | undefined): Subscriber<Event> {
    const subscriber = new Subscriber(signal, this, connection);
    this.#subscribers.add(subscriber);
    this.#connections.set(subscriber.connection, (this.#connections.get(subscriber.connection) ?? 0) + 1);
    return subscriber;
  }

  goLive(subscriber: Subscriber<Event>, { epoch, life, seq }: ReadUpTo): boolean {
    if (this.#readUpTo !== undefined && (epoch !== this.#epoch || life !== this.#life)) {
      this.#sendAllBack();
    }
    if (this.#readUpTo !== undefined && this.#readUpTo > seq) return false;
    if (this.#readUpTo === undefined) {
      this.#epoch = epoch;
      this.#life = life;
      this.#readUpTo = seq;
      this.#lastSeq = seq;
    }
    this.#live.add(subscriber);
    this.#readOn();
    return true;
  }

  fallBehind(subscriber: Subscriber<Event>): void {
    this.#live.delete(subscriber);
    if (this.#live.size === 0) this.#readUpTo = undefined;
  }

  leave(subscriber: Subscriber<Event>): void {
    this.fallBehind(subscriber);
    if (!this.#subscribers.delete(subscriber)) return;
    const others = (this.#connections.get(subscriber.connection) ?? 0) - 1;
    if (others > 0) this.#connections.set(subscriber.connection, others);
    else this.#connections.delete(subscriber.connection);
    if (this.#subscribers.size === 0) this.#onEmpty();
  }

  #readOn(): void {
    if (this.#reading || this.#readUpTo === undefined) return;
    if (!this.#mustRead && (this.#publishedSeq <= this.#readUpTo || this.#isAllPending())) return;
    this.#reading = true;
    this.#mustRead = false;
    void this.#read().finally(() => {
      this.#reading = false;
      this.#readOn();
    });
  }

  async #read(): Promise<void> {
    const after = this.#readUpTo;
    const published = this.#publishedSeq;
    if (after === undefined) return;
    try {
      const head = await this.#log.readHead();
      // At the end of the log, or in a new life, each subscriber reads the log for itself, from its own `seq`.
      const isOther = head.epoch !== this.#epoch || head.life !== this.#life;
      if (head.end || isOther || head.startSeq > after || head.seq < after) return this.#sendAllBack();
      // Undefined when all subscribers have fallen behind during the delivery.
      let from: number | undefined = after;
      while (from !== undefined && from < head.seq) {
        if (from > after) await nextTurn();
        const read = await head.readChanges(from);
        if (!read) return this.#sendAllBack();
        const { changes, upTo } = read;
        // Meanwhile all subscribers may have left, and others may have joined.
        if (this.#readUpTo !== from) return;
        this.#readUpTo = upTo;
        const since = from;
        this.#deliver(changes.map((change) => (this.#isGathered(change) ? { change, since } : { change })));
        from = this.#live.size > 0 ? upTo : undefined;
      }
      // A published `seq` that the log does not have must not cause endless reads.
      if (this.#publishedSeq === published) this.#publishedSeq = head.seq;
    } catch {
      // Each subscriber now reads the log itself, and gets the failure as its own error.
      return this.#sendAllBack();
    }
    if (this.#log.coalesceMs > 0) await wait(this.#log.coalesceMs, undefined, { ref: false });
  }

  #deliverPending(): void {
    const { firstSeq, lastSeq } = this.#pending;
    const changes = this.#pending.take();
    // Meanwhile the log may have been read, or all subscribers may have left.
    if (this.#reading || this.#readUpTo === undefined || firstSeq !== this.#readUpTo + 1) {
      return this.#readOn();
    }
    this.#readUpTo = lastSeq;
    this.#deliver(changes);
  }

  /** Whether everything that was published waits to be delivered. */
  #isAllPending(): boolean {
    const { firstSeq, lastSeq } = this.#pending;
    return lastSeq === this.#publishedSeq && firstSeq === (this.#readUpTo ?? 0) + 1;
  }

  #isGathered(change: Change<Event>): boolean {
    return change.type === this.#log.gathering?.type;
  }

  #deliver(changes: readonly LiveChange<Event>[]): void {
    const events = changes.map(({ change, since }): TrackedEvent<Event> => {
      const event = toEvent<Event>(change, { prev: this.#lastSeq });
      this.#lastSeq = change.seq;
      const position = formatPosition(this.#epoch, change.seq);
      return since === undefined ? { position, event } : { position, event, since };
    });
    for (const subscriber of this.#live) subscriber.deliver(events);
  }

  #sendAllBack(): void {
    // The pending changes belong to the earlier state of the log.
    this.#pending.clear();
    for (const subscriber of this.#live) subscriber.fallBehind();
  }
}

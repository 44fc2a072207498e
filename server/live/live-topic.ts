import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import type { Change, ChangeLog, LogEvent, TrackedEvent } from "./change-log.ts";
import { Subscriber } from "./subscriber.ts";
import type { ReadUpTo } from "./subscriber.ts";
import { formatPosition } from "./position.ts";

/**
 * The readers of one log in this process. A reader that has caught up is live: the log is read once for all live readers,
 * and all get the same event objects. The other readers read the log themselves, each at its own pace, until they have
 * caught up.
 */
export class LiveTopic<Event extends LogEvent> {
  readonly #log: ChangeLog<Event>;
  readonly #onEmpty: () => void;
  readonly #readers = new Set<Subscriber<Event>>();
  /** The number of readers by connection. A reader without a connection has an entry of its own. */
  readonly #places = new Map<object, number>();
  readonly #live = new Set<Subscriber<Event>>();
  /** The last position that was announced. */
  #publishedSeq = 0;
  /** The name of the live readers' history. */
  #epoch = "";
  /** The number of the log's life that they follow. */
  #life = 0;
  /** Whether the log is to be read even if nothing was announced. */
  #mustRead = false;
  /** How far the log was read for the live readers. Undefined while there are none. */
  #readUpTo: number | undefined;
  /** The position of the last event that they got. */
  #lastSeq = 0;
  #reading = false;
  /** The next changes, which came with their announcements. */
  #pending: Change<Event>[] = [];

  constructor(log: ChangeLog<Event>, onEmpty: () => void) {
    this.#log = log;
    this.#onEmpty = onEmpty;
  }

  get size(): number {
    return this.#readers.size;
  }

  /** Whether another reader may join, of this connection or of none. */
  hasPlaceFor(connection: object | undefined): boolean {
    if (this.#places.size < this.#log.maxReaders) return true;
    return connection !== undefined && this.#places.has(connection);
  }

  /** @param change the change at `seq`. If it follows the last one directly, the log need not be read. */
  publish(seq: number, change: Change<Event> | undefined): void {
    this.#publishedSeq = Math.max(this.#publishedSeq, seq);
    const before = this.#pending.at(-1)?.seq ?? this.#readUpTo;
    if (!change || this.#reading || before !== seq - 1 || this.#log.coalesceMs > 0) return this.#readOn();
    // Changes of one commit are delivered together, after their writers have their answers.
    if (this.#pending.push(change) === 1) setImmediate(() => this.#deliverPending());
  }

  /** @param stand the log's position and life; undefined if the log does not exist */
  compare(stand: Pick<ReadUpTo, "seq" | "life"> | undefined): void {
    const readUpTo = this.#readUpTo;
    // Without live readers the log must be read too: a reader that goes live now may have read an older state.
    const isOther = readUpTo === undefined || stand?.life !== this.#life || stand.seq < readUpTo;
    if (stand) this.#publishedSeq = Math.max(this.#publishedSeq, stand.seq);
    if (isOther) this.#mustRead = true;
    this.#readOn();
  }

  /** Adds a reader. It must join before it reads the log, so that it misses no announcement. */
  subscribe(signal: AbortSignal, connection: object | undefined): Subscriber<Event> {
    const reader = new Subscriber(signal, this, connection);
    this.#readers.add(reader);
    this.#places.set(reader.place, (this.#places.get(reader.place) ?? 0) + 1);
    return reader;
  }

  /** @returns false if the log has been read further for the live readers: this reader must read on first */
  goLive(reader: Subscriber<Event>, { epoch, life, seq }: ReadUpTo): boolean {
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
    this.#live.add(reader);
    this.#readOn();
    return true;
  }

  fallBehind(reader: Subscriber<Event>): void {
    this.#live.delete(reader);
    if (this.#live.size === 0) this.#readUpTo = undefined;
  }

  leave(reader: Subscriber<Event>): void {
    this.fallBehind(reader);
    if (!this.#readers.delete(reader)) return;
    const others = (this.#places.get(reader.place) ?? 0) - 1;
    if (others > 0) this.#places.set(reader.place, others);
    else this.#places.delete(reader.place);
    if (this.#readers.size === 0) this.#onEmpty();
  }

  #readOn(): void {
    if (this.#reading || this.#readUpTo === undefined) return;
    if (!this.#mustRead && this.#publishedSeq <= this.#readUpTo) return;
    this.#reading = true;
    this.#mustRead = false;
    void this.#read().finally(() => {
      this.#reading = false;
      this.#readOn();
    });
  }

  async #read(): Promise<void> {
    const after = this.#readUpTo;
    const announced = this.#publishedSeq;
    if (after === undefined) return;
    try {
      const head = await this.#log.readHead();
      // At an end or a new beginning each reader reads the log for itself, from its own position.
      const isOther = head.epoch !== this.#epoch || head.life !== this.#life;
      if (head.end || isOther || head.startSeq > after || head.seq < after) return this.#sendAllBack();
      // Undefined when all readers have fallen behind during the delivery.
      let from: number | undefined = after;
      while (from !== undefined && from < head.seq) {
        if (from > after) await nextTurn();
        const read = await head.readChanges(from);
        if (!read) return this.#sendAllBack();
        const { changes, upTo } = read;
        // Meanwhile all readers may have left, and others have come.
        if (this.#readUpTo !== from) return;
        this.#readUpTo = upTo;
        this.#deliver(changes);
        from = this.#live.size > 0 ? upTo : undefined;
      }
      // An announced position that the log does not have must not make it be read for ever.
      if (this.#publishedSeq === announced) this.#publishedSeq = head.seq;
    } catch {
      // Each reader reads the log itself now, and gets the failure as its own.
      return this.#sendAllBack();
    }
    if (this.#log.coalesceMs > 0) await wait(this.#log.coalesceMs, undefined, { ref: false });
  }

  #deliverPending(): void {
    const changes = this.#pending;
    this.#pending = [];
    // Meanwhile the log may have been read, or all readers may have left.
    if (this.#reading || this.#readUpTo === undefined || changes[0]?.seq !== this.#readUpTo + 1) {
      return this.#readOn();
    }
    this.#readUpTo += changes.length;
    this.#deliver(changes);
  }

  #deliver(changes: Change<Event>[]): void {
    const events = changes.map((change): TrackedEvent<Event> => {
      const event = { ...change, prev: this.#lastSeq } as unknown as Event;
      this.#lastSeq = change.seq;
      return { position: formatPosition(this.#epoch, change.seq), event, json: undefined };
    });
    for (const reader of this.#live) reader.deliver(events);
  }

  #sendAllBack(): void {
    // The pending changes belong to the log as it was.
    this.#pending = [];
    for (const reader of this.#live) reader.fallBehind();
  }
}

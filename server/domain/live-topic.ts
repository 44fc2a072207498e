import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import type { Change, Log, LogEvent, Positioned } from "./log.ts";
import { LiveReader } from "./live-reader.ts";
import type { ReadUpTo } from "./live-reader.ts";
import { formatPosition } from "./position.ts";

/**
 * The readers of one log in this process. Those that have caught up are live: the log is read once for all of them, and
 * all get the same event objects. The others read the log themselves, each at its own pace, until they have caught up.
 */
export class LiveTopic<Event extends LogEvent> {
  readonly #log: Log<Event>;
  readonly #onEmpty: () => void;
  readonly #readers = new Set<LiveReader<Event>>();
  /** The connections that have readers, or readers of no connection, and how many each has. */
  readonly #places = new Map<object, number>();
  readonly #live = new Set<LiveReader<Event>>();
  /** The last position that anyone has told of. */
  #announced = 0;
  /** The name of the history that the positions of the live readers belong to. */
  #epoch = "";
  /** The life of the log that they are of. */
  #life = 0;
  /** Whether the log is to be read even if nothing was announced. */
  #mustRead = false;
  /** How far the log was read for the live readers. Undefined while there are none. */
  #readUpTo: number | undefined;
  /** The position of the last event that they got. */
  #lastSeq = 0;
  #reading = false;
  /** What came with its announcement and is next. */
  #pending: Change<Event>[] = [];

  constructor(log: Log<Event>, onEmpty: () => void) {
    this.#log = log;
    this.#onEmpty = onEmpty;
  }

  get size(): number {
    return this.#readers.size;
  }

  /** Whether another reader may join, which is of this connection if it is of one. */
  hasPlaceFor(connection: object | undefined): boolean {
    if (this.#places.size < this.#log.maxReaders) return true;
    return connection !== undefined && this.#places.has(connection);
  }

  /** @param change what has changed at `seq`, if the caller has it: when nothing is missing before it, nobody has to read. */
  announce(seq: number, change: Change<Event> | undefined): void {
    this.#announced = Math.max(this.#announced, seq);
    const before = this.#pending.at(-1)?.seq ?? this.#readUpTo;
    if (!change || this.#reading || before !== seq - 1 || this.#log.coalesceMs > 0) return this.#readOn();
    // Those that were committed together are given on together, and not before their writers have their answers.
    if (this.#pending.push(change) === 1) setImmediate(() => this.#deliverPending());
  }

  /** @param stand where the log stands; undefined if it is not there. */
  compare(stand: Pick<ReadUpTo, "seq" | "life"> | undefined): void {
    const readUpTo = this.#readUpTo;
    // Those that are not live read the log themselves before they are; what they may have read is not the latest.
    const isOther = readUpTo === undefined || stand?.life !== this.#life || stand.seq < readUpTo;
    if (stand) this.#announced = Math.max(this.#announced, stand.seq);
    if (isOther) this.#mustRead = true;
    this.#readOn();
  }

  /** Adds a reader. It must join before it reads the log: what is announced from now on is not lost on it. */
  join(signal: AbortSignal, connection: object | undefined): LiveReader<Event> {
    const reader = new LiveReader(signal, this, connection);
    this.#readers.add(reader);
    this.#places.set(reader.place, (this.#places.get(reader.place) ?? 0) + 1);
    return reader;
  }

  /** @returns false if the log has been read further for the others: there is more for this one to read first. */
  goLive(reader: LiveReader<Event>, { epoch, life, seq }: ReadUpTo): boolean {
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

  fallBehind(reader: LiveReader<Event>): void {
    this.#live.delete(reader);
    if (this.#live.size === 0) this.#readUpTo = undefined;
  }

  leave(reader: LiveReader<Event>): void {
    this.fallBehind(reader);
    if (!this.#readers.delete(reader)) return;
    const others = (this.#places.get(reader.place) ?? 0) - 1;
    if (others > 0) this.#places.set(reader.place, others);
    else this.#places.delete(reader.place);
    if (this.#readers.size === 0) this.#onEmpty();
  }

  #readOn(): void {
    if (this.#reading || this.#readUpTo === undefined) return;
    if (!this.#mustRead && this.#announced <= this.#readUpTo) return;
    this.#reading = true;
    this.#mustRead = false;
    void this.#read().finally(() => {
      this.#reading = false;
      this.#readOn();
    });
  }

  async #read(): Promise<void> {
    const after = this.#readUpTo;
    const announced = this.#announced;
    if (after === undefined) return;
    try {
      const head = await this.#log.readHead();
      // An end, or a beginning anew: each reader finds out for itself what that means from where it stands.
      const isOther = head.epoch !== this.#epoch || head.life !== this.#life;
      if (head.end || isOther || head.startSeq > after || head.seq < after) return this.#sendAllBack();
      // Undefined when all have fallen behind over what they were given.
      let from: number | undefined = after;
      while (from !== undefined && from < head.seq) {
        if (from > after) await nextTurn();
        const read = await head.readChanges(from);
        if (!read) return this.#sendAllBack();
        const { changes, upTo } = read;
        // Meanwhile all may have left, and others come.
        if (this.#readUpTo !== from) return;
        this.#readUpTo = upTo;
        this.#deliver(changes);
        from = this.#live.size > 0 ? upTo : undefined;
      }
      // What was announced and is not in the log does not make it be read for ever.
      if (this.#announced === announced) this.#announced = head.seq;
    } catch {
      // Reading the log themselves, they get the failure as their own.
      return this.#sendAllBack();
    }
    if (this.#log.coalesceMs > 0) await wait(this.#log.coalesceMs, undefined, { ref: false });
  }

  #deliverPending(): void {
    const changes = this.#pending;
    this.#pending = [];
    // Meanwhile the log may have been read, or all may have left.
    if (this.#reading || this.#readUpTo === undefined || changes[0]?.seq !== this.#readUpTo + 1) {
      return this.#readOn();
    }
    this.#readUpTo += changes.length;
    this.#deliver(changes);
  }

  #deliver(changes: Change<Event>[]): void {
    const events = changes.map((change): Positioned<Event> => {
      const event = { ...change, prev: this.#lastSeq } as unknown as Event;
      this.#lastSeq = change.seq;
      return { position: formatPosition(this.#epoch, change.seq), event, json: undefined };
    });
    for (const reader of this.#live) reader.deliver(events);
  }

  #sendAllBack(): void {
    // They are of the log as it was.
    this.#pending = [];
    for (const reader of this.#live) reader.fallBehind();
  }
}

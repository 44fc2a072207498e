import { tooManyReaders } from "../contract/app-error.ts";
import { LiveTopic } from "./live-topic.ts";
import type { Subscriber, ReadUpTo } from "./subscriber.ts";
import type { Change, ChangeLog, LogEvent, SignalOf } from "./change-log.ts";
import { Turns } from "./turns.ts";
import { SnapshotCache } from "./snapshot-cache.ts";

/** The subscribers of this process, by the change log that they follow. */
export class LiveHub {
  readonly snapshots = new SnapshotCache();
  /** The turns of all large reads, also of reads that follow no log. */
  readonly turns = new Turns();
  // Each topic's subscribers know the type of its events; the map does not.
  readonly #topics = new Map<string, LiveTopic<never>>();
  readonly #lives = new Map<string, number>();

  /**
   * Tells the subscribers that a log has changed, up to `seq`. Call it after the commit. Calls may be late, repeated or
   * out of order, and may concern the writes of another process: they make subscribers that are behind read the log.
   *
   * @param change the change at `seq`. With it, subscribers that are exactly before it need not read the log.
   */
  publish<Event extends LogEvent>(topic: string, seq: number, change?: Change<Event>): void {
    const known = this.#topics.get(topic) as LiveTopic<Event> | undefined;
    known?.publish(seq, change);
  }

  /** Sends a signal to the live subscribers of a log. A subscriber that cannot take it at once does not get it. */
  signal<Event extends LogEvent>(topic: string, signal: SignalOf<Event>): void {
    const known = this.#topics.get(topic) as LiveTopic<Event> | undefined;
    known?.signal(signal);
  }

  /** The number of subscribers of a log. */
  sizeOf(topic: string): number {
    return this.#topics.get(topic)?.size ?? 0;
  }

  /**
   * Tells the subscribers the current `seq` and life of a log; undefined if the log does not exist. Call it when
   * another process may have written. Subscribers that are behind read on. Subscribers at a `seq` that the log does not
   * have begin again.
   */
  compare(topic: string, stand: Pick<ReadUpTo, "seq" | "life"> | undefined): void {
    this.#topics.get(topic)?.compare(stand);
  }

  /** Gives a log another life, after a change that its `seq` does not show. */
  beginAnew(topic: string): void {
    this.#lives.set(topic, this.lifeOf(topic) + 1);
  }

  /** The number of calls of {@link beginAnew}. */
  lifeOf(topic: string): number {
    return this.#lives.get(topic) ?? 0;
  }

  /** The names of the logs that have subscribers. */
  get topics(): string[] {
    return [...this.#topics.keys()];
  }

  /**
   * A subscriber of a log, until it is disposed of. The subscribers of one connection count as one. A subscriber
   * without a connection counts by itself.
   *
   * @throws {AppError} TOO_MANY_REQUESTS if the log has as many subscribers as allowed
   */
  subscribe<Event extends LogEvent>(
    log: ChangeLog<Event>,
    signal: AbortSignal,
    connection?: object,
  ): Subscriber<Event> {
    const known = this.#topics.get(log.topic) as LiveTopic<Event> | undefined;
    const topic = known ?? new LiveTopic(log, () => this.#topics.delete(log.topic));
    if (!topic.hasRoomFor(connection)) throw tooManyReaders(log.maxReaders);
    this.#topics.set(log.topic, topic as unknown as LiveTopic<never>);
    return topic.subscribe(signal, connection);
  }

  /** The number of subscribers, over all logs. */
  get size(): number {
    let count = 0;
    for (const topic of this.#topics.values()) count += topic.size;
    return count;
  }
}

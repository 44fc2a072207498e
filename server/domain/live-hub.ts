import { tooManyReaders } from "./app-error.ts";
import { LiveTopic } from "./live-topic.ts";
import type { LiveReader, ReadUpTo } from "./live-reader.ts";
import type { Change, Log, LogEvent } from "./log.ts";
import { Turns } from "../live/turns.ts";
import { SharedBeginnings } from "./shared-beginnings.ts";

/** The live readers of this process, by the log that they follow. */
export class LiveHub {
  readonly beginnings = new SharedBeginnings();
  /** Of all that read much, also of those that are no readers of a log. */
  readonly turns = new Turns();
  // Each topic's readers know the type of its events; the map does not.
  readonly #topics = new Map<string, LiveTopic<never>>();
  readonly #lives = new Map<string, number>();

  /**
   * Says that a log has changed, up to the position `seq`. Call it after the commit. It need not come in order, nor once,
   * nor from the process that wrote: it only makes whoever is behind read the log.
   *
   * @param change what has changed at `seq`, which spares those who wait for just that the reading.
   */
  announce<Event extends LogEvent>(topic: string, seq: number, change?: Change<Event>): void {
    const known = this.#topics.get(topic) as LiveTopic<Event> | undefined;
    known?.announce(seq, change);
  }

  /**
   * Says where a log stands, undefined if it is not there: to be called when others may have written. Readers that are
   * behind read on, and those that cannot stand where they do begin anew.
   */
  compare(topic: string, stand: Pick<ReadUpTo, "seq" | "life"> | undefined): void {
    this.#topics.get(topic)?.compare(stand);
  }

  /** A log has changed in a way that its positions do not tell: {@link lifeOf} is another. */
  beginAnew(topic: string): void {
    this.#lives.set(topic, this.lifeOf(topic) + 1);
  }

  /** How often {@link beginAnew} was called. */
  lifeOf(topic: string): number {
    return this.#lives.get(topic) ?? 0;
  }

  /** The names of the logs that have readers. */
  get topics(): string[] {
    return [...this.#topics.keys()];
  }

  /**
   * A reader of a log, until it is disposed of. The readers of one connection have one place together; one of no connection
   * has a place of its own.
   *
   * @throws {AppError} TOO_MANY_REQUESTS if the log has no place left.
   */
  join<Event extends LogEvent>(log: Log<Event>, signal: AbortSignal, connection?: object): LiveReader<Event> {
    const known = this.#topics.get(log.topic) as LiveTopic<Event> | undefined;
    const topic = known ?? new LiveTopic(log, () => this.#topics.delete(log.topic));
    if (!topic.hasPlaceFor(connection)) throw tooManyReaders(log.maxReaders);
    this.#topics.set(log.topic, topic as unknown as LiveTopic<never>);
    return topic.join(signal, connection);
  }

  /** How many readers there are, over all logs. */
  get size(): number {
    let count = 0;
    for (const topic of this.#topics.values()) count += topic.size;
    return count;
  }
}

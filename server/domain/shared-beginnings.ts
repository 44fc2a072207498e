import type { LogEvent, Positioned } from "./log.ts";

type Beginning<Event extends LogEvent> = readonly Positioned<Event>[];

/**
 * What the readers of a log begin with who come while nothing changes: a snapshot may be 10 MB, and many come at once. Each
 * is kept for as long as the garbage collector lets it.
 */
export class SharedBeginnings {
  // Each log's readers know the type of its events; the map does not.
  readonly #byTopic = new Map<string, WeakRef<Beginning<never>>>();
  readonly #collected = new FinalizationRegistry<string>((topic) => {
    if (!this.#byTopic.get(topic)?.deref()) this.#byTopic.delete(topic);
  });

  /** What another reader of the log began with, if that was at the position `seq`. */
  at<Event extends LogEvent>(topic: string, seq: number): Beginning<Event> | undefined {
    const events: Beginning<Event> | undefined = this.#byTopic.get(topic)?.deref();
    return events?.[0]?.event.seq === seq ? events : undefined;
  }

  keep<Event extends LogEvent>(topic: string, events: Beginning<Event>): void {
    this.#byTopic.set(topic, new WeakRef(events as unknown as Beginning<never>));
    this.#collected.register(events, topic);
  }
}

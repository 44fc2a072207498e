import type { TrackedEnvelope } from "@trpc/server";
import { tracked } from "@trpc/server";
import type { Feed, Sink } from "../live/feed.ts";
import type { LogEvent, TrackedEvent } from "../live/change-log.ts";
import type { TrackedEvents } from "./tracked-events.ts";

/**
 * The answer of a subscription's procedure: each event with its position. tRPC iterates over it; the product's own
 * doors pipe the events into their sockets and streams.
 */
export class Subscription<Event extends LogEvent = LogEvent> implements TrackedEvents<Event> {
  readonly #stream: Feed<TrackedEvent<Event>>;

  constructor(stream: Feed<TrackedEvent<Event>>) {
    this.#stream = stream;
  }

  /** @throws {AppError} the errors of following the log */
  pipeTo(sink: Sink<TrackedEvent<Event>>): Promise<void> {
    return this.#stream.pipeTo(sink);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrackedEnvelope<Event>, void, undefined> {
    for await (const { position, event } of this.#stream) yield tracked(position, event);
  }
}

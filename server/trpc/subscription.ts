import type { TrackedEnvelope } from "@trpc/server";
import { tracked } from "@trpc/server";
import type { Feed, Sink } from "../live/feed.ts";
import type { LogEvent, TrackedEvent } from "../live/change-log.ts";
import type { TrackedEvents } from "./tracked-events.ts";

/**
 * The answer of a subscription's procedure: each event under its position. tRPC iterates over it; the product's own doors
 * have the events sent into their sockets and streams.
 */
export class Subscription<Event extends LogEvent = LogEvent> implements TrackedEvents<Event> {
  readonly #stream: Feed<TrackedEvent<Event>>;

  constructor(stream: Feed<TrackedEvent<Event>>) {
    this.#stream = stream;
  }

  /** @throws {AppError} what following the log can fail with */
  pipeTo(sink: Sink<TrackedEvent<Event>>): Promise<void> {
    return this.#stream.pipeTo(sink);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrackedEnvelope<Event>, void, undefined> {
    for await (const { position, event } of this.#stream) yield tracked(position, event);
  }
}

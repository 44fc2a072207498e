import type { TrackedEnvelope } from "@trpc/server";
import { tracked } from "@trpc/server";
import type { LiveStream, Sink } from "../domain/live-stream.ts";
import type { LogEvent, Positioned } from "../domain/log.ts";
import type { TrackedEvents } from "./tracked-events.ts";

/**
 * The answer of a subscription's procedure: each event under its position. tRPC iterates over it; the product's own doors
 * have the events sent into their sockets and streams.
 */
export class Subscription<Event extends LogEvent = LogEvent> implements TrackedEvents<Event> {
  readonly #stream: LiveStream<Positioned<Event>>;

  constructor(stream: LiveStream<Positioned<Event>>) {
    this.#stream = stream;
  }

  /** @throws {AppError} what following the log can fail with */
  into(sink: Sink<Positioned<Event>>): Promise<void> {
    return this.#stream.into(sink);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrackedEnvelope<Event>, void, undefined> {
    for await (const { position, event } of this.#stream) yield tracked(position, event);
  }
}

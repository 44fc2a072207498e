import { unreachable } from "../chat-error.ts";
import type { CarrierOptions } from "../connection/carrier.ts";
import type { CarriedLog, LogEvent } from "../connection/log.ts";
import { createEventStreamParser } from "./event-stream-parser.ts";
import { eventsAddress, request } from "./request.ts";

/** A stream that ends after at least this time was cut by a proxy that limits answers. */
const usualLifeMs = 5000;

/** The events of a log's stream. */
export type StreamEvents = {
  readonly onBytes: () => void;
  /** No byte gets through: a proxy buffers the answer. */
  readonly onBlocked: () => void;
};

/**
 * Follows a log over an event stream until it fails. A stream that a proxy cuts is resumed at once.
 *
 * @throws {ChatFailure}
 */
export async function streamLog(
  options: CarrierOptions,
  log: CarriedLog,
  signal: AbortSignal,
  { onBytes, onBlocked }: StreamEvents,
): Promise<void> {
  const { firstByteMs, silenceMs } = options.timing;
  for (;;) {
    const startedAtMs = Date.now();
    let hasBytes = false;
    await request(
      options,
      eventsAddress(options, log, { isStream: true }),
      {
        mediaType: "text/event-stream",
        allowMs: firstByteMs,
        signal,
        onLate: () => hasBytes || onBlocked(),
      },
      async (answer, allow) => {
        // React Native returns an answer only when it has ended.
        const reader = (answer.body as ReadableStream<Uint8Array> | null)?.getReader?.();
        if (!reader) return onBlocked();
        const decoder = new TextDecoder();
        const take = createEventStreamParser((events) => {
          log.take(events.map(({ id, data }) => ({ position: id, event: JSON.parse(data) as LogEvent })));
        });
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return undefined;
          hasBytes = true;
          allow(silenceMs);
          onBytes();
          if (signal.aborted) return undefined;
          take(decoder.decode(value, { stream: true }));
        }
      },
    );
    if (signal.aborted || Date.now() - startedAtMs < usualLifeMs)
      throw unreachable("The event stream ended. It is opened again.");
  }
}

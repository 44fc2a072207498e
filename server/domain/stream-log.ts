import type { Follow } from "./follow-log.ts";
import { followLog } from "./follow-log.ts";
import type { LiveHub } from "./live-hub.ts";
import { LiveStream } from "./live-stream.ts";
import type { Log, LogEvent, Positioned } from "./log.ts";

/** A client's request to follow a log. */
export type Wanted = Pick<Follow<never>, "connection" | "signal"> & { after: string | undefined };

/**
 * The stream that {@link followLog} sends.
 *
 * @throws {AppError} NOT_FOUND, TOO_MANY_REQUESTS
 */
export function streamLog<Event extends LogEvent>(
  hub: LiveHub,
  log: Log<Event>,
  wanted: Wanted,
): LiveStream<Positioned<Event>> {
  return new LiveStream(wanted.signal, (sink, signal) => followLog({ hub, log, ...wanted, signal }, sink));
}

import { unreachable } from "../chat-error.ts";
import type { CarrierOptions } from "../connection/carrier.ts";
import type { CarriedLog, LogEvent } from "../connection/log.ts";
import { eventsAddress, request } from "./request.ts";

/** The answer to a poll. */
type Polled = { events: LogEvent[]; position: string };

/**
 * Asks once for the events of a log.
 *
 * @param waitMs the time for which the server may wait for an event
 * @returns whether there may be more events now
 * @throws {ChatFailure}
 */
export async function pollLog(
  options: CarrierOptions,
  log: CarriedLog,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
): Promise<boolean> {
  const address = eventsAddress(options, log, { waitSeconds: Math.floor(waitMs / 1000) });
  const allowMs = waitMs + options.timing.pollAnswerMs;
  const { events, position } = await request(
    options,
    address,
    { mediaType: "application/json", allowMs, signal },
    async (answer) => (await answer.json()) as Polled,
  );
  if (signal.aborted) return false;
  if (position === "") throw unreachable("The server is stopping. It is tried again.");
  const colon = position.lastIndexOf(":");
  const epoch = position.slice(0, colon);
  if (events.length > 0) {
    log.take(events.map((event) => ({ position: `${epoch}:${event.seq}`, event })));
    return true;
  }
  // An empty answer means the same as `caught_up`.
  const seq = Number(position.slice(colon + 1));
  log.take([{ position, event: { type: "caught_up", seq, prev: seq, epoch } }]);
  return false;
}

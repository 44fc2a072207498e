import type { LiveEvent } from "../contract/live-event.ts";
import type { SignalInput } from "../contract/signal.ts";
import { getSessionHead } from "./get-session.ts";
import type { Services } from "./services.ts";
import { sessionTopic } from "./session-log.ts";

/**
 * Sends a signal to the live subscribers of a session in this process. It is stored nowhere.
 *
 * @throws {AppError} NOT_FOUND, TOO_MANY_REQUESTS
 */
export async function sendSignal(
  services: Services,
  { session_id: sessionId, name, data }: SignalInput,
): Promise<void> {
  await getSessionHead(services, sessionId);
  const { hub, signalRate } = services;
  const topic = sessionTopic(sessionId);
  signalRate.take(sessionId, hub.sizeOf(topic));
  hub.signal<LiveEvent>(topic, { type: "signal", name, ...(data !== undefined && { data }) });
}

import { unreachable } from "../chat-error.ts";
import { foreign, toChatError } from "../to-chat-error.ts";
import type { CarrierOptions } from "../connection/carrier.ts";
import type { CarriedLog } from "../connection/log.ts";
import { authorization, failureOf, fetchWith } from "./probe.ts";

/** The address of a log's events. */
export function eventsAddress(
  { addresses }: CarrierOptions,
  log: CarriedLog,
  more: { isStream?: boolean; waitSeconds?: number },
): string {
  const { name } = log;
  const after = log.position();
  const parameters = {
    after,
    wait: more.waitSeconds,
    ...(name !== "list" && { limit: name.limit, max_missed: name.maxMissed }),
  };
  const query = Object.entries(parameters)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`]))
    .join("&");
  const path = name === "list" ? "events" : `sessions/${encodeURIComponent(name.sessionId)}/events`;
  return `${addresses.base}api/${path}${more.isStream ? "/stream" : ""}?${query}`;
}

/**
 * Makes a request and reads the answer. The answer, and each further part of it, must come before a deadline. `allow`
 * moves the deadline.
 *
 * @param mediaType the expected media type of the answer
 * @param onLate called when the deadline passes
 * @throws {ChatFailure} if the answer is an error, is not AI Desk's, or is late
 */
export async function request<Value>(
  options: CarrierOptions,
  address: string,
  wanted: { mediaType: string; allowMs: number; signal: AbortSignal; onLate?: () => void },
  read: (answer: Response, allow: (ms: number) => void) => Promise<Value>,
): Promise<Value> {
  const { mediaType, signal } = wanted;
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLate = false;

  function allow(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isLate = true;
      wanted.onLate?.();
      abort();
    }, ms);
  }

  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  allow(wanted.allowMs);
  try {
    const headers = { accept: mediaType, ...(await authorization(options)) };
    // With the browser's cache, the poll of one tab would wait for that of another at the same address.
    const answer = await fetchWith(options)(address, { headers, signal: stop.signal, cache: "no-store" });
    if (!answer.ok) throw await failureOf(answer);
    if (!answer.headers.get("content-type")?.startsWith(mediaType)) throw foreign(answer);
    return await read(answer, allow);
  } catch (cause) {
    if (isLate) throw unreachable("The server did not answer in time. It is tried again.", cause);
    throw toChatError(cause);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    abort();
  }
}

import type { ChatFailure, Refusal } from "../chat-error.ts";
import { refused } from "../chat-error.ts";
import { foreign, retryAfter, toChatError } from "../to-chat-error.ts";
import type { CarrierOptions, Fetch } from "../connection/carrier.ts";

/**
 * Asks over HTTP whether the server is reachable. A browser does not say why a WebSocket failed.
 *
 * @returns the reason if it is not; undefined if AI Desk answers
 */
export async function probe(options: CarrierOptions): Promise<ChatFailure | undefined> {
  const stop = new AbortController();
  const timer = setTimeout(
    () => stop.abort(new Error("no answer came in time")),
    options.timing.probeTimeoutMs,
  );
  try {
    const answer = await fetchWith(options)(`${options.addresses.base}trpc/health`, {
      headers: await authorization(options),
      signal: stop.signal,
      cache: "no-store",
    });
    if (!answer.ok) return await failureOf(answer);
    const body = (await answer.json().catch(() => undefined)) as { result?: { data?: { name?: string } } };
    return body?.result?.data?.name === "AI Desk" ? undefined : foreign(answer);
  } catch (cause) {
    return toChatError(stop.signal.aborted ? stop.signal.reason : cause);
  } finally {
    clearTimeout(timer);
  }
}

/** A browser's `fetch` requires the global object as `this`. */
export function fetchWith({ fetch }: CarrierOptions): Fetch {
  return fetch ?? ((url, init) => globalThis.fetch(url, init));
}

export async function authorization({ token }: CarrierOptions): Promise<Record<string, string>> {
  return token ? { authorization: `Bearer ${await token()}` } : {};
}

/** The failure for an answer over HTTP. Reads the answer's body. */
export async function failureOf(answer: Response): Promise<ChatFailure> {
  try {
    const body = (await answer.json()) as Refusal & { error?: { message: string; data: Refusal } };
    const { message, code, issues } = body.error ? { ...body.error.data, message: body.error.message } : body;
    if (typeof code === "string")
      return refused({ message, code, ...(issues && { issues }) }, retryAfter(answer));
  } catch {
    // The body is not JSON.
  }
  return foreign(answer);
}

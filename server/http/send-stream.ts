import { once } from "node:events";
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { apiHeaders, sendText } from "./send.ts";

/** How many characters are gathered before they are sent and others have their turn. */
const flushChars = 64 * 1024;

/**
 * Answers with JSON that is made piece by piece. It is never whole in memory, waits for a client that reads slowly, and
 * lets other requests in between. What fits one flush goes out at once, with its length.
 */
export async function sendJsonStream(
  response: ServerResponse,
  pieces: AsyncIterable<string>,
  headers: OutgoingHttpHeaders = {},
): Promise<void> {
  let pending = "";
  for await (const piece of pieces) {
    pending += piece;
    if (pending.length < flushChars) continue;
    if (!response.headersSent)
      response.writeHead(200, { ...apiHeaders, "content-type": "application/json", ...headers });
    if (response.req.method === "HEAD") break;
    if (!response.write(pending)) await drained(response);
    pending = "";
    await nextTurn();
    if (response.destroyed) return;
  }
  if (response.headersSent) response.end(response.req.method === "HEAD" ? undefined : pending);
  else sendText(response, 200, pending, headers);
}

/** Resolves when a response takes more, or is closed. */
export async function drained(response: ServerResponse): Promise<void> {
  const stop = new AbortController();
  await Promise.race([
    once(response, "drain", { signal: stop.signal }),
    once(response, "close", { signal: stop.signal }),
  ]).catch(() => undefined);
  stop.abort();
}

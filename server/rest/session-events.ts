import type { IncomingMessage, ServerResponse } from "node:http";
import type { LiveEvent } from "../contract/live-event.ts";
import type { SessionEventsInput } from "../contract/session-events.ts";
import { sessionEventsInputSchema } from "../contract/session-events.ts";
import type { Desk } from "../domain/desk.ts";
import { toJson } from "../domain/event-json.ts";
import type { Positioned } from "../domain/log.ts";
import { pollEvents } from "../domain/poll-events.ts";
import { followSession } from "../domain/session-log.ts";
import { drained } from "../http/send-stream.ts";
import { apiHeaders, sendText } from "../http/send.ts";
import type { Route } from "./routes.ts";
import { splitPath, toSegment } from "./routes.ts";

const path = "/api/sessions/{session_id}/events";

/** REST's face of the subscription `session.onEvent`: not a procedure, since a subscription has no REST path in tRPC. */
export const sessionEventsRoute: Route = {
  procedure: "session.onEvent",
  type: "query",
  method: "GET",
  path,
  segments: splitPath(path).map(toSegment),
  answer: "value",
  headers: {},
  input: sessionEventsInputSchema,
  numbers: new Set(["wait"]),
};

/** Proxies and clients give up on a stream that is silent for long. */
const heartbeatIntervalMs = 15_000;

/** Answers with a poll, or with a stream if the client asks for one by `Accept`. */
export async function answerSessionEvents(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
  input: SessionEventsInput,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  if (!request.headers.accept?.includes("text/event-stream")) {
    return sendText(response, 200, JSON.stringify(await pollEvents(desk, input, gone.signal)));
  }
  // An EventSource that comes back asks for the same address, with the position of what it last got beside it.
  const resumed = request.headersDistinct["last-event-id"]?.[0] ?? input.after;
  await streamEvents(
    response,
    followSession(desk, { sessionId: input.session_id, after: resumed, signal: gone.signal }),
  );
}

/**
 * Server-sent events (HTML standard, §9.2): `id` is the position, `data` the event, and there is no `event`, so that all
 * of them reach `onmessage`. The stream waits for a client that reads slowly.
 */
async function streamEvents(
  response: ServerResponse,
  events: ReturnType<typeof followSession>,
): Promise<void> {
  let heartbeat: NodeJS.Timeout | undefined;
  try {
    await events.into({
      get isReady() {
        return !response.writableNeedDrain;
      },
      async inTurn(work) {
        if (response.writableNeedDrain) await drained(response);
        return work();
      },
      send(items) {
        if (!response.headersSent) {
          // Set, since only what was set can be asked for: the closing server looks for streams by their type.
          response.setHeader("content-type", "text/event-stream");
          response.writeHead(200, { ...apiHeaders, "x-accel-buffering": "no" });
          heartbeat = setInterval(() => response.write(":\n\n"), heartbeatIntervalMs);
        }
        if (response.req.method === "HEAD") response.end();
        else response.write(items.map(toServerSentEvent).join(""));
      },
    });
    response.end();
  } finally {
    clearInterval(heartbeat);
  }
}

function toServerSentEvent(item: Positioned<LiveEvent>): string {
  return `id: ${item.position}\ndata: ${toJson(item)}\n\n`;
}

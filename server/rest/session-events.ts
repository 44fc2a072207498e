import type { IncomingMessage, ServerResponse } from "node:http";
import type { LiveEvent } from "../contract/live-event.ts";
import type { SessionEventsInput } from "../contract/session-events.ts";
import { sessionEventsInputSchema } from "../contract/session-events.ts";
import type { Desk } from "../domain/desk.ts";
import { toJson } from "../domain/event-json.ts";
import type { Positioned } from "../domain/log.ts";
import type { Polled } from "../domain/poll-events.ts";
import { pollEvents } from "../domain/poll-events.ts";
import { followSession } from "../domain/session-log.ts";
import { eventEncoding, EventStream } from "../http/event-stream.ts";
import { sendJsonStream } from "../http/send-stream.ts";
import { apiHeaders } from "../http/send.ts";
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
    return sendJsonStream(response, pollJson(await pollEvents(desk, input, gone.signal)));
  }
  // An EventSource that comes back asks for the same address, with the position of what it last got beside it.
  const resumed = request.headersDistinct["last-event-id"]?.[0] ?? input.after;
  const followed = { sessionId: input.session_id, after: resumed, signal: gone.signal };
  using stream = new EventStream(response, { encoding, headers, heartbeat: ":\n\n" });
  // What goes wrong before anything was sent is answered as an error.
  await followSession(desk, followed).into(stream);
  stream.end();
}

/** As the contract's `SessionEvents` has it. */
async function* pollJson({ events, position }: Polled): AsyncGenerator<string> {
  yield '{"events":[';
  for (const [index, event] of events.entries()) {
    if (index > 0) yield ",";
    yield event;
  }
  yield `],"position":${JSON.stringify(position)}}`;
}

const headers = { ...apiHeaders, "x-accel-buffering": "no" };

/** `id` is the position, `data` the event, and there is no `event`, so that all of them reach `onmessage`. */
const encoding = eventEncoding(
  (item: Positioned<LiveEvent>) => `id: ${item.position}\ndata: ${toJson(item)}\n\n`,
);

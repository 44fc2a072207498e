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
import { prefersEventStream } from "../http/accept.ts";
import { probeEndedPeer } from "../http/ended-peer.ts";
import { eventEncoding, EventStream } from "../http/event-stream.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { readQuery } from "../http/request-target.ts";
import { readPosition } from "../http/resume-position.ts";
import { sendBlank, sendJsonStream } from "../http/send-stream.ts";
import type { Route } from "./routes.ts";
import { ownRoute } from "./routes.ts";

const procedure = "session.onEvent";
const pollPath = "/api/sessions/{session_id}/events";

/** The addresses of `session.onEvent` over REST: a subscription has no path of its own in tRPC. */
export const eventsRoutes = {
  poll: ownRoute(procedure, pollPath, sessionEventsInputSchema),
  stream: { ...ownRoute(procedure, `${pollPath}/stream`, sessionEventsInputSchema), streams: true },
} satisfies Record<string, Route>;

type StreamCall = {
  desk: Desk;
  request: IncomingMessage;
  response: ServerResponse;
  target: RequestTarget;
  /** The interval of the heartbeats of a silent stream. */
  heartbeatMs: number;
};

/** Answers with a poll, or with a stream if the client asks for one by `Accept`. */
export async function answerPoll(call: StreamCall, input: SessionEventsInput): Promise<void> {
  const { desk, request, response } = call;
  if (prefersEventStream(request.headers.accept)) return answerStream(call, input);
  const wanted = withPosition(call, input);
  const probe = probeEndedPeer(response, () => sendBlank(response));
  const polled = await pollEvents(desk, wanted, {
    signal: signalOfClose(response),
    connection: request.socket,
  }).finally(() => probe[Symbol.dispose]());
  let gatheredBytes = 0;
  for (const event of polled.events) gatheredBytes += event.length;
  await sendJsonStream(response, pollJson(polled), { gatheredBytes });
}

export async function answerStream(call: StreamCall, input: SessionEventsInput): Promise<void> {
  const { desk, request, response, heartbeatMs } = call;
  const { session_id: sessionId, after } = withPosition(call, input);
  using stream = new EventStream(response, {
    encoding,
    heartbeat: { text: ":\n\n", intervalMs: heartbeatMs },
    stopping: desk.stopping,
  });
  const followed = { sessionId, after, signal: stream.signal, connection: request.socket };
  // A failure before the first byte is answered as an error.
  await followSession(desk, followed).into(stream);
  stream.end();
}

/** The input with the position in the header or the query, which replaces the input's `after`. */
function withPosition({ request, target }: StreamCall, input: SessionEventsInput): SessionEventsInput {
  return { ...input, after: readPosition(request, readQuery(target.query), input.after) };
}

function signalOfClose(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  return gone.signal;
}

/** The JSON of the contract's `SessionEvents`. */
async function* pollJson({ events, position }: Polled): AsyncGenerator<string> {
  yield '{"events":[';
  for (const [index, event] of events.entries()) {
    if (index > 0) yield ",";
    yield event;
  }
  yield `],"position":${JSON.stringify(position)}}`;
}

/** `id` is the position, `data` the event. There is no `event`, so that every event reaches `onmessage`. */
const encoding = eventEncoding(
  (item: Positioned<LiveEvent>) => `id: ${item.position}\ndata: ${toJson(item)}\n\n`,
);

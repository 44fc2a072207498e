import type { IncomingMessage, ServerResponse } from "node:http";
import type { ListEventsInput, SessionEventsInput } from "../contract/polled-events.ts";
import { listEventsInputSchema, sessionEventsInputSchema } from "../contract/polled-events.ts";
import type { Desk } from "../domain/desk.ts";
import { toJson } from "../domain/event-json.ts";
import { followList } from "../domain/list-log.ts";
import type { LiveStream } from "../domain/live-stream.ts";
import type { LogEvent, Positioned } from "../domain/log.ts";
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

const sessionPath = "/api/sessions/{session_id}/events";
const listPath = "/api/events";

/** The addresses of the subscriptions over REST: a subscription has no path of its own in tRPC. */
export const eventsRoutes = {
  poll: ownRoute("session.onEvent", sessionPath, sessionEventsInputSchema),
  stream: {
    ...ownRoute("session.onEvent", `${sessionPath}/stream`, sessionEventsInputSchema),
    streams: true,
  },
  pollList: ownRoute("session.onListEvent", listPath, listEventsInputSchema),
  streamList: {
    ...ownRoute("session.onListEvent", `${listPath}/stream`, listEventsInputSchema),
    streams: true,
  },
} satisfies Record<string, Route>;

type StreamCall = {
  desk: Desk;
  request: IncomingMessage;
  response: ServerResponse;
  target: RequestTarget;
  /** The interval of the heartbeats of a silent stream. */
  heartbeatMs: number;
};

/** A log that a request follows, from a position on. */
type Followed = {
  /** How many seconds a poll waits. */
  wait: number | undefined;
  after: string | undefined;
  follow: (signal: AbortSignal) => LiveStream<Positioned<LogEvent>>;
};

export function followSessionBy(call: StreamCall, input: SessionEventsInput): Followed {
  const { session_id: sessionId, wait, ...extent } = input;
  const after = positionOf(call, input.after);
  const { desk, request } = call;
  const wanted = { ...extent, sessionId, after, connection: request.socket };
  return { wait, after, follow: (signal) => followSession(desk, { ...wanted, signal }) };
}

export function followListBy(call: StreamCall, input: ListEventsInput): Followed {
  const after = positionOf(call, input.after);
  return { wait: input.wait, after, follow: (signal) => followList(call.desk, { after, signal }) };
}

/** The position in the header or the query, which goes before the input's `after`. */
function positionOf({ request, target }: StreamCall, after: string | undefined): string | undefined {
  return readPosition(request, readQuery(target.query), after);
}

/** Answers with a poll, or with a stream if the route is one or the client asks for one by `Accept`. */
export async function answerEvents(
  call: StreamCall,
  followed: Followed,
  { streams }: Pick<Route, "streams">,
): Promise<void> {
  if (streams || prefersEventStream(call.request.headers.accept)) return answerStream(call, followed);
  return answerPoll(call, followed);
}

async function answerPoll({ desk, response }: StreamCall, followed: Followed): Promise<void> {
  const { after, wait, follow } = followed;
  const probe = probeEndedPeer(response, () => sendBlank(response));
  const polled = await pollEvents(desk, follow, { after, wait, signal: signalOfClose(response) }).finally(
    () => probe[Symbol.dispose](),
  );
  let gatheredBytes = 0;
  for (const event of polled.events) gatheredBytes += event.length;
  await sendJsonStream(response, pollJson(polled), { gatheredBytes });
}

async function answerStream({ desk, response, heartbeatMs }: StreamCall, followed: Followed): Promise<void> {
  using stream = new EventStream(response, {
    encoding,
    heartbeat: { text: ":\n\n", intervalMs: heartbeatMs },
    stopping: desk.stopping,
  });
  // A failure before the first byte is answered as an error.
  await followed.follow(stream.signal).into(stream);
  stream.end();
}

function signalOfClose(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  return gone.signal;
}

/** The JSON of the contract's `SessionEvents` or `ListEvents`. */
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
  (item: Positioned<LogEvent>) => `id: ${item.position}\ndata: ${toJson(item)}\n\n`,
);

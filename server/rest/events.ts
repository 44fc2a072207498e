import type { IncomingMessage, ServerResponse } from "node:http";
import type { ListEventsInput, SessionEventsInput } from "../contract/polled-events.ts";
import { listEventsInputSchema, sessionEventsInputSchema } from "../contract/polled-events.ts";
import { actions } from "../domain/actions.ts";
import type { Calling } from "../domain/perform.ts";
import type { Feed } from "../live/feed.ts";
import type { LogEvent, TrackedEvent } from "../live/change-log.ts";
import type { Polled } from "../domain/poll-events.ts";
import { prefersEventStream } from "../http/accept.ts";
import { probeEndedPeer } from "../http/ended-peer.ts";
import { sseEncoding, EventStream } from "../http/event-stream.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { readQuery } from "../http/request-target.ts";
import { readPosition } from "../http/resume-position.ts";
import { sendBlank, sendJsonStream } from "../http/send-stream.ts";
import type { Route } from "./routes.ts";
import { ownRoute } from "./routes.ts";

const sessionPath = "/api/sessions/{session_id}/events";
const listPath = "/api/events";

/** The addresses of the subscriptions over REST. In tRPC a subscription has no path. */
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

type StreamCall = Calling & {
  /** Aborts when the server is about to stop. */
  stopping: AbortSignal;
  request: IncomingMessage;
  response: ServerResponse;
  target: RequestTarget;
  /** The interval of the keep-alives of a silent stream. */
  heartbeatMs: number;
};

/** The two ways in which a request follows a log, until the signal aborts. */
type Followed = {
  poll: (signal: AbortSignal) => Promise<Polled>;
  stream: (signal: AbortSignal) => Feed<TrackedEvent<LogEvent>>;
};

/** Answers with a session's events. @throws {AppError} */
export function answerSessionEvents(
  call: StreamCall,
  { wait, ...input }: SessionEventsInput,
  route: StreamRoute,
): Promise<void> {
  const { caller, perform, request } = call;
  const wanted = { ...input, after: positionOf(call, input.after), connection: request.socket };
  return answerEvents(call, route, {
    poll: (signal) => perform(caller, actions.pollSession, { ...wanted, wait, signal }),
    stream: (signal) => perform(caller, actions.followSession, { ...wanted, signal }),
  });
}

/** Answers with the events of the list of sessions. @throws {AppError} */
export function answerListEvents(
  call: StreamCall,
  { wait, ...input }: ListEventsInput,
  route: StreamRoute,
): Promise<void> {
  const { caller, perform } = call;
  const after = positionOf(call, input.after);
  return answerEvents(call, route, {
    poll: (signal) => perform(caller, actions.pollList, { after, wait, signal }),
    stream: (signal) => perform(caller, actions.followList, { after, signal }),
  });
}

type StreamRoute = Pick<Route, "streams">;

/** The position in the header or the query, which takes precedence over the input's `after`. */
function positionOf({ request, target }: StreamCall, after: string | undefined): string | undefined {
  return readPosition(request, readQuery(target.query), after);
}

/** Answers with a poll, or with a stream if the route is a stream or `Accept` asks for one. */
async function answerEvents(
  call: StreamCall,
  { streams }: StreamRoute,
  { poll, stream }: Followed,
): Promise<void> {
  if (streams || prefersEventStream(call.request.headers.accept)) return answerStream(call, stream);
  return answerPoll(call, poll);
}

async function answerPoll({ response }: StreamCall, poll: Followed["poll"]): Promise<void> {
  const probe = probeEndedPeer(response, () => sendBlank(response));
  const polled = await poll(signalOfClose(response)).finally(() => probe[Symbol.dispose]());
  let gatheredBytes = 0;
  for (const event of polled.events) gatheredBytes += event.length;
  await sendJsonStream(response, pollJson(polled), { gatheredBytes });
}

async function answerStream(
  { stopping, response, heartbeatMs }: StreamCall,
  follow: Followed["stream"],
): Promise<void> {
  using stream = new EventStream(response, {
    encoding,
    heartbeat: { text: ":\n\n", intervalMs: heartbeatMs },
    stopping,
  });
  // A failure before the first byte is answered as an error.
  await follow(stream.signal).pipeTo(stream);
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

/**
 * `id` is the position, `data` the event. There is no `event` field, so that every event reaches `onmessage`. A signal
 * leaves the position as it is, and has no `id`.
 */
const encoding = sseEncoding(({ position, event }: TrackedEvent<LogEvent>, json) => {
  const data = `data: ${json}\n\n`;
  return event.type === "signal" ? data : `id: ${position}\n${data}`;
});

import type { IncomingMessage } from "node:http";
import { get } from "node:http";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import type { ListEvent } from "../../server/contract/list-event.ts";
import type { LogEvent, TrackedEvent } from "../../server/live/change-log.ts";
import type { WireError } from "../support/doors.ts";
import { createEventStreamParser } from "../support/event-stream.ts";
import { Collector } from "../support/readers.ts";
import type { Address, Following, FollowInput, LiveDoor } from "./live-door.ts";

const refusal = "TOO_MANY_REQUESTS";
/** A browser says so for an EventSource. */
const asStream = { accept: "text/event-stream" };

/** The live doors over HTTP. */
export const httpDoors: LiveDoor[] = [
  {
    name: "tRPC over SSE",
    tellsCaughtUp: true,
    ends: { sessionDeleted: "complete", tooMany: refusal, slow: "cut" },
    follow: ({ url }, { session_id, after, extent }) =>
      subscribeOverStream(url, "session.onEvent", { input: { session_id, ...extent }, after }),
  },
  {
    name: "REST's stream",
    tellsCaughtUp: true,
    ends: { sessionDeleted: "complete", tooMany: refusal, slow: "cut" },
    follow(server, { after, ...input }) {
      const headers = { ...asStream, ...(after !== undefined && { "last-event-id": after }) };
      return openStream<LiveEvent>(eventsOf(server, input), headers);
    },
  },
  {
    name: "REST's poll",
    tellsCaughtUp: false,
    // It is told when it asks again. As long as it does not, nothing waits for it.
    ends: { sessionDeleted: "NOT_FOUND", tooMany: refusal, slow: undefined },
    follow: (server, { after, ...input }) =>
      pollOn<LiveEvent>((position) => eventsOf(server, { ...input, after: position }, 30), after),
  },
];

/** The same doors, told where to go on in another way. */
export const httpVariants: LiveDoor[] = [
  {
    name: "tRPC over SSE, the position in the input",
    tellsCaughtUp: true,
    ends: { sessionDeleted: "complete", tooMany: refusal, slow: "cut" },
    follow({ url }, { session_id, after, extent }) {
      const input = { session_id, ...extent, ...(after !== undefined && { lastEventId: after }) };
      return subscribeOverStream(url, "session.onEvent", { input, after: undefined });
    },
  },
  {
    name: "REST's stream, the position in the address",
    tellsCaughtUp: true,
    ends: { sessionDeleted: "complete", tooMany: refusal, slow: "cut" },
    follow(server, input) {
      return openStream<LiveEvent>(eventsOf(server, input), asStream);
    },
  },
];

function eventsOf({ url }: Address, { session_id, after, extent }: FollowInput, wait?: number): string {
  const query = toQuery({ after, wait, ...extent });
  return `${url}/api/sessions/${encodeURIComponent(session_id)}/events?${query}`;
}

/** Those of the fields that are there. */
export function toQuery(fields: Record<string, string | number | undefined>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

/** The events of the list over REST, as a stream. */
export function streamList({ url }: Address, after: string | undefined): Following<ListEvent> {
  return openStream<ListEvent>(`${url}/api/events/stream?${toQuery({ after })}`, asStream);
}

/** The events of the list over REST, by polls. The first empty answer is shown as `caught_up`, which says the same. */
export function pollList({ url }: Address, after: string | undefined): Following<ListEvent> {
  let wait = 0;
  return pollOn<ListEvent>((position) => `${url}/api/events?${toQuery({ after: position, wait })}`, after, {
    onEmpty(position) {
      if (wait > 0) return undefined;
      wait = 30;
      const [epoch = "", seq] = position.split(":");
      return { type: "caught_up", seq: Number(seq), prev: Number(seq), epoch };
    },
  });
}

/** A tRPC subscription over SSE, with its position where an EventSource puts it. */
export function subscribeOverStream<Event extends LogEvent>(
  url: string,
  path: string,
  { input, after }: { input: object | undefined; after: string | undefined },
): Following<Event> {
  const query = input ? `?input=${encodeURIComponent(JSON.stringify(input))}` : "";
  const headers = { ...asStream, ...(after !== undefined && { "last-event-id": after }) };
  return openStream<Event>(`${url}/trpc/${path}${query}`, headers);
}

function openStream<Event extends LogEvent>(
  address: string,
  headers: Record<string, string>,
): Following<Event> {
  const events = new Collector<TrackedEvent<Event>>();
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  let isComplete = false;
  const take = createEventStreamParser(({ name, id, data }) => {
    if (name === "serialized-error") end((JSON.parse(data ?? "") as { data: WireError }).data.code);
    if (name === "return") end("complete");
    if (name !== undefined || data === undefined) return;
    // An event without an id leaves the position as it is.
    const position = id ?? events.items.at(-1)?.position ?? "";
    events.add({ position, event: JSON.parse(data) as Event });
  });
  let stream: IncomingMessage | undefined;
  const request = get(address, { headers, agent: false }, (response) => {
    stream = response.setEncoding("utf8");
    if (response.statusCode !== 200) {
      void readText(response).then(
        (text) => end(readError(response, text)),
        () => end("cut"),
      );
      return;
    }
    response.on("data", take);
    response.on("end", () => (isComplete = true));
    response.on("error", () => undefined);
    response.on("close", () => end(isComplete ? "complete" : "cut"));
  });
  request.on("error", () => end("cut"));
  return {
    events,
    ended,
    pause: () => void stream?.pause(),
    resume: () => void stream?.resume(),
    cut: () => void (request.socket ? request.socket.resetAndDestroy() : request.destroy()),
    stop: () => void request.destroy(),
  };
}

/** Asks again with each answer's position, as long as it is not paused. */
function pollOn<Event extends LogEvent>(
  address: (position: string | undefined) => string,
  after: string | undefined,
  { onEmpty }: { onEmpty?: (position: string) => Event | undefined } = {},
): Following<Event> {
  const events = new Collector<TrackedEvent<Event>>();
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  let position = after;
  let isPaused = false;
  let isWaiting = false;
  let request = ask();

  function ask(): ReturnType<typeof get> {
    const asked = get(address(position), { agent: false }, (response) => {
      void readText(response).then(
        (text) => readAnswer(response, text),
        () => end("cut"),
      );
    });
    return asked.on("error", () => end("cut"));
  }

  function readAnswer(response: IncomingMessage, text: string): void {
    if (response.statusCode !== 200) return end(readError(response, text));
    const answer = JSON.parse(text) as { events: Event[]; position: string };
    const [epoch = ""] = answer.position.split(":");
    for (const event of answer.events) events.add({ position: `${epoch}:${event.seq}`, event });
    const last = events.items.at(-1);
    if (answer.events.length > 0 && last?.position !== answer.position) {
      throw new Error(`An answer's position is ${answer.position} and its last event's ${last?.position}`);
    }
    ({ position } = answer);
    const said = answer.events.length === 0 ? onEmpty?.(position) : undefined;
    if (said) events.add({ position, event: said });
    isWaiting = isPaused;
    if (!isPaused) request = ask();
  }

  return {
    events,
    ended,
    pause: () => void (isPaused = true),
    resume() {
      isPaused = false;
      if (isWaiting) request = ask();
      isWaiting = false;
    },
    cut: () => void (request.socket ? request.socket.resetAndDestroy() : request.destroy()),
    stop: () => void request.destroy(),
  };
}

function readError(response: IncomingMessage, text: string): string {
  if (response.statusCode === 429 && response.headers["retry-after"] === undefined) return "no Retry-After";
  return (JSON.parse(text) as WireError).code;
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
  return text;
}

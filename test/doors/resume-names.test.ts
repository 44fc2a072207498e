import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import { Collector, readSse } from "../support/readers.ts";
import { createSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";

type Headers = Record<string, string>;
type Place = [string, number];

/** Each stream of a session's events: how it begins, for a client that says its position in the query or in the headers. */
const streams: [string, (app: RunningApp, query: string, headers: Headers) => Promise<LiveEvent>][] = [
  [
    "REST's stream",
    ({ url }, query, headers) => firstOf(`${url}/api/sessions/s/events/stream?${query}`, headers),
  ],
  [
    "REST's stream by Accept",
    ({ url }, query, headers) =>
      firstOf(`${url}/api/sessions/s/events?${query}`, { accept: "text/event-stream", ...headers }),
  ],
  [
    "REST's poll",
    async ({ url }, query, headers) => {
      const answer = await fetch(`${url}/api/sessions/s/events?${query}`, { headers });
      const [first] = ((await answer.json()) as { events: LiveEvent[] }).events;
      if (!first) throw new Error("Nothing came.");
      return first;
    },
  ],
  [
    "the plain WebSocket",
    async ({ wsUrl }, query, headers) => {
      const socket = new WebSocket(`${wsUrl}/ws/s?events=all&${query}`, { headers });
      onTestFinished(() => socket.terminate());
      const frames = new Collector<{ event: LiveEvent }>();
      socket.on("message", (data: Buffer) => frames.add(JSON.parse(data.toString()) as { event: LiveEvent }));
      const [frame] = await frames.count(1);
      if (!frame) throw new Error("Nothing came.");
      return frame.event;
    },
  ],
  [
    "tRPC's stream",
    ({ url }, query, headers) => {
      const input = new URLSearchParams({ input: JSON.stringify({ session_id: "s" }) }).toString();
      return firstOf(`${url}/trpc/session.onEvent?${input}&${query}`, headers);
    },
  ],
];

async function firstOf(address: string, headers: Headers): Promise<LiveEvent> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const response = await fetch(address, { headers, signal: stop.signal });
  const events = new Collector<LiveEvent>();
  const take = (data: unknown): void => {
    if (typeof data === "object" && data !== null && "type" in data) events.add(data as LiveEvent);
  };
  readSse(response, take).catch(() => undefined);
  const [first] = await events.count(1);
  if (!first) throw new Error("Nothing came.");
  return first;
}

const wholeQueries: [string, Headers, Place][] = [
  ["lastEventId=2", {}, ["message", 3]],
  ["Last-Event-ID=2", {}, ["message", 3]],
  ["last-event-id=2", {}, ["message", 3]],
  ["Last-Event-Id=2", {}, ["message", 3]],
  ["last_event_id=2", {}, ["message", 3]],
  ["lasteventid=2", {}, ["message", 3]],
  ["", { "Last-Event-ID": "2" }, ["message", 3]],
  // The newest goes first: a browser's header, then what a library has put together, then the address of the first time.
  ["lastEventId=1", { "Last-Event-ID": "2" }, ["message", 3]],
  ["lastEventId=1&Last-Event-ID=2", {}, ["message", 3]],
  ["", { "Last-Event-ID": "" }, ["snapshot", 3]],
  ["lastEventId=", {}, ["snapshot", 3]],
  ["lastEventId=2", { "Last-Event-ID": "" }, ["message", 3]],
  ["lastEventId=2&Last-Event-ID=", {}, ["message", 3]],
  ["lastEventId=99", {}, ["reset", 3]],
];

describe.each(streams)("%s", (name, follow) => {
  test("takes the position by every name that clients give it [RESUME-7]", async () => {
    const app = await startApp();
    await createSession(app.url, { id: "s" });
    for (const content of ["one", "two", "three"]) await send(app.url, "s", content);
    const cases: typeof wholeQueries = [
      ...wholeQueries,
      ...(name === "tRPC's stream"
        ? []
        : ([
            ["after=0&lastEventId=2", {}, ["message", 3]],
            ["after=0", { "Last-Event-ID": "2" }, ["message", 3]],
            ["after=2&lastEventId=", { "Last-Event-ID": "" }, ["message", 3]],
          ] satisfies typeof wholeQueries)),
    ];
    for (const [query, headers, place] of cases) {
      const { type, seq } = await follow(app, query, headers);
      expect.soft([type, seq], JSON.stringify([query, headers])).toEqual(place);
    }
  });
});

test("the list's stream takes it by the same names [RESUME-7]", async () => {
  const { url } = await startApp();
  for (const id of ["a", "b", "c"]) await createSession(url, { id });
  for (const name of ["lastEventId", "last-event-id", "Last-Event-ID"])
    expect(await firstOf(`${url}/trpc/session.onListEvent?${name}=2`, {})).toMatchObject({
      type: "session",
      seq: 3,
    });
});

test.each([
  ["text/event-stream", true],
  ["TEXT/EVENT-STREAM", true],
  ["text/event-stream; charset=utf-8", true],
  ["text/event-stream;q=0.5", true],
  ["application/json, text/event-stream", true],
  ["application/json;q=0.5, text/event-stream;q=0.9, */*;q=0.1", true],
  ["text/event-stream;q=0", false],
  ["text/event-stream; Q=0.0, application/json", false],
  ["application/json, text/event-stream;q=0.5", false],
  ["*/*", false],
  ["text/*", false],
  ["application/json", false],
  ["text/event-streams", false],
  ["", false],
])("Accept: %s asks for a stream: %s [STREAM-1]", async (accept, isStream) => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const answer = await fetch(`${url}/api/sessions/s/events`, { headers: { accept }, signal: stop.signal });
  expect(answer.headers.get("content-type")).toBe(isStream ? "text/event-stream" : "application/json");
});

import { expect, onTestFinished, test } from "vitest";
import type { LiveEvent } from "../../client-sdk/src/index.ts";
import { Collector, readSse } from "../support/readers.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

type Poll = { events: LiveEvent[]; position: string };

async function poll(url: string, query = ""): Promise<Poll> {
  const answer = await fetch(`${url}/api/sessions/s/events${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Poll;
}

/** A stream of the session `s`; it ends with the test. */
async function stream(url: string, query = "", headers: Record<string, string> = {}) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const response = await fetch(`${url}/api/sessions/s/events${query}`, {
    headers: { accept: "text/event-stream", ...headers },
    signal: stop.signal,
  });
  const events = new Collector<LiveEvent & { id: string | undefined }>();
  readSse(response, (data, id) => events.add({ ...(data as LiveEvent), id })).catch(() => undefined);
  return { response, events, stop };
}

const shape = (events: LiveEvent[]): unknown[] => events.map(({ type, seq, prev }) => [type, seq, prev]);

test("a poll without a position begins with a snapshot, and its position goes on from there [ATTACH-1] [RESUME-1]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const message = await send(url, "s", "one");
  const first = await poll(url);
  expect(first.events).toMatchObject([{ type: "snapshot", seq: 1, session: { messages: [message] } }]);
  expect(await poll(url, `?after=${first.position}`)).toEqual({ events: [], position: first.position });
  await send(url, "s", "two");
  await call(url, "PATCH", "/api/sessions/s", { title: "Renamed" });
  const second = await poll(url, `?after=${first.position}&wait=30`);
  expect(shape(second.events)).toEqual([
    ["message", 2, 1],
    ["session", 3, 2],
  ]);
  expect(second.position).toBe(first.position.replace(/1$/, "3"));
});

test("a poll that waits is answered by what happens", async () => {
  const { app, url } = await startApp();
  await createSession(url, { id: "s" });
  const waiting = poll(url, "?after=0&wait=30");
  await expect.poll(() => app.counts().followers).toBe(1);
  const message = await send(url, "s", "Hello");
  expect(await waiting).toMatchObject({ events: [{ type: "message", seq: 1, prev: 0, message }] });
  await expect.poll(() => app.counts().followers).toBe(0);
});

test("a poll in which nothing happens is answered empty when its time is up [ATTACH-2]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  expect(await poll(url, "?after=0&wait=1")).toMatchObject({
    events: [],
    position: expect.stringMatching(/^[0-9a-f]{16}:0$/) as string,
  });
});

test("a poll holds no more large messages than fit a megabyte and one more, and the next goes on [RESUME-1] [SLOW-1]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (let count = 0; count < 25; count += 1) await send(url, "s", "x".repeat(100_000));
  const seqs: number[] = [];
  for (let answer = await poll(url, "?after=0"); answer.events.length > 0;) {
    expect(answer.events.length).toBeLessThanOrEqual(11);
    seqs.push(...answer.events.map(({ seq }) => seq));
    answer = await poll(url, `?after=${answer.position}`);
  }
  expect(seqs).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
});

test("a reader that was away for long catches up in polls of 500 [RESUME-1]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  await Promise.all(Array.from({ length: 1100 }, () => send(url, "s", "Hello")));
  const seqs: number[][] = [];
  let position = "0";
  for (let answer = await poll(url, "?after=0"); answer.events.length > 0;) {
    seqs.push(answer.events.map(({ seq }) => seq));
    ({ position } = answer);
    answer = await poll(url, `?after=${position}`);
  }
  expect(seqs.map(({ length }) => length)).toEqual([500, 500, 100]);
  expect(seqs.flat()).toEqual(Array.from({ length: 1100 }, (_, index) => index + 1));
});

test("a stream says its positions as ids, and one that comes back with the last of them misses nothing [RESUME-1] [RESUME-3]", async () => {
  const { app, url } = await startApp();
  await createSession(url, { id: "s" });
  await send(url, "s", "one");
  const first = await stream(url, "?after=0");
  expect(first.response.headers.get("content-type")).toBe("text/event-stream");
  await first.events.count(2);
  await send(url, "s", "two");
  const seen = await first.events.count(3);
  expect(shape(seen)).toEqual([
    ["message", 1, 0],
    ["caught_up", 1, 1],
    ["message", 2, 1],
  ]);
  first.stop.abort();
  await expect.poll(() => app.counts().followers).toBe(0);
  await send(url, "s", "three");
  // The address is the one of the first time, as an EventSource keeps it.
  const second = await stream(url, "?after=0", { "last-event-id": seen.at(-1)?.id ?? "" });
  expect(shape(await second.events.count(2))).toEqual([
    ["message", 3, 2],
    ["caught_up", 3, 3],
  ]);
});

test("a stream ends with its session [DELETED-1]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const { events } = await stream(url);
  await events.count(2);
  await call(url, "DELETE", "/api/sessions/s");
  expect(shape(await events.count(3)).at(-1)).toEqual(["session_deleted", 1, 0]);
  expect((await fetch(`${url}/api/sessions/s/events?after=1`)).status).toBe(404);
  expect(await poll(url, "?after=0").catch(() => "gone")).toMatchObject({
    events: [{ type: "session_deleted" }],
  });
});

test.each([
  ["?wait=31", 400],
  ["?wait=-1", 400],
  ["?wait=abc", 400],
  ["?after=1&after=2", 400],
])("%s is %i", async (query, status) => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  expect((await fetch(`${url}/api/sessions/s/events${query}`)).status).toBe(status);
});

test.each([{}, { accept: "text/event-stream" }])("an unknown session is 404 with %j", async (headers) => {
  const { url } = await startApp();
  const answer = await fetch(`${url}/api/sessions/s/events`, { headers });
  expect([answer.status, await answer.json()]).toMatchObject([404, { code: "NOT_FOUND" }]);
});

test("an impossible position is answered with a reset [RESET-1]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (const position of ["5", "0000000000000000:0", "-1", "abc", ""]) {
    expect((await poll(url, `?after=${position}`)).events).toMatchObject([{ type: "reset", seq: 0 }]);
  }
});

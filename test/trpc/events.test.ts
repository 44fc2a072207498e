import { expect, test } from "vitest";
import type { LiveEvent } from "../../client-sdk/src/index.ts";
import { createClient } from "../../client-sdk/src/index.ts";
import { followOverSse, followWithClient } from "../support/readers.ts";
import { call, createSession, documented, full, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

type Followed = LiveEvent & { position: string };

function isLast(type: LiveEvent["type"]) {
  return (events: LiveEvent[]): boolean => events.at(-1)?.type === type;
}

/** The rule that lets a reader know that it has missed nothing. */
function expectUnbroken(events: Followed[]): void {
  for (const [index, event] of events.entries()) {
    expect(event.position).toMatch(new RegExp(`^[0-9a-f]{16}:${event.seq}$`));
    if (index > 0) expect(event.prev).toBe(events[index - 1]?.seq);
  }
}

test("a subscription begins with a snapshot, says when it has caught up, and then tells of each change [ORDER-1] [ATTACH-1] [ATTACH-2]", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  await createSession(url, { id: "s" });
  const first = await send(url, "s", "before");
  const { events, unsubscribe } = await followWithClient(client, { session_id: "s" });

  const second = await send(url, "s", "after");
  await call(url, "PATCH", `/api/sessions/s/messages/${first.id}`, { content: "edited" });
  await call(url, "PATCH", "/api/sessions/s", { title: "Renamed" });
  await call(url, "DELETE", `/api/sessions/s/messages/${second.id}`);
  await call(url, "DELETE", "/api/sessions/s");

  const got = await events.until(isLast("session_deleted"));
  const { created_at } = (got[0]?.type === "snapshot" && got[0].session) || {};
  const epoch = expect.stringMatching(/^[0-9a-f]{16}$/) as string;
  const session = { id: "s", title: "New chat", created_at };
  expect(got.map(({ position: _position, ...event }) => event)).toEqual([
    {
      type: "snapshot",
      seq: 1,
      prev: 0,
      epoch,
      session: { ...session, messages: [full(first, 1)] },
      has_earlier: false,
    },
    { type: "caught_up", seq: 1, prev: 1, epoch },
    { type: "message", seq: 2, prev: 1, message: full(second, 2) },
    { type: "message", seq: 3, prev: 2, message: { ...full(first, 3), content: "edited" } },
    { type: "session", seq: 4, prev: 3, session: { ...session, title: "Renamed" } },
    { type: "message_deleted", seq: 5, prev: 4, message_id: second.id, key: `#${second.id}` },
    { type: "session_deleted", seq: 6, prev: 5 },
  ]);
  expectUnbroken(got);
  unsubscribe();
});

test("the same over SSE [ATTACH-1]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const { events, stop } = await followOverSse(url, { session_id: "s" });
  const message = await send(url, "s", "Hello");
  const got = await events.count(3);
  expect(got.map(({ type, seq, prev }) => [type, seq, prev])).toEqual([
    ["snapshot", 0, 0],
    ["caught_up", 0, 0],
    ["message", 1, 0],
  ]);
  expect(got[2]).toMatchObject({ message });
  stop();
});

test("resuming gives each change that was missed, once and in its latest form, and then goes live [RESUME-1] [RESUME-2] [RESUME-3]", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  await createSession(url, { id: "s" });
  const kept = await send(url, "s", "kept");
  const edited = await send(url, "s", "draft");
  const deleted = await send(url, "s", "deleted");
  await call(url, "PATCH", `/api/sessions/s/messages/${edited.id}`, { content: "better" });
  await call(url, "PATCH", "/api/sessions/s", { title: "One" });
  await call(url, "PATCH", `/api/sessions/s/messages/${edited.id}`, { content: "best" });
  await call(url, "DELETE", `/api/sessions/s/messages/${deleted.id}`);
  const { events, unsubscribe } = await followWithClient(client, { session_id: "s", lastEventId: "0" });
  await send(url, "s", "live");
  const got = await events.until(isLast("message"));
  expect(got.map(({ type, seq }) => [type, seq])).toEqual([
    ["message", 1],
    ["session", 5],
    ["message", 6],
    ["message_deleted", 7],
    ["caught_up", 7],
    ["message", 8],
  ]);
  expect(got[0]).toMatchObject({ prev: 0, message: kept });
  expect(got[2]).toMatchObject({ message: { content: "best" } });
  expectUnbroken(got);
  unsubscribe();
});

test("from every position of a long log, resuming gives exactly what is after it [RESUME-1] [RESUME-5]", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  await createSession(url, { id: "s" });
  await Promise.all(Array.from({ length: 230 }, (_, index) => send(url, "s", `message ${index}`)));
  for (const position of [0, 1, 99, 100, 101, 129, 130, 200, 229, 230]) {
    const lastEventId = String(position);
    const { events, unsubscribe } = await followWithClient(client, { session_id: "s", lastEventId });
    const seqs = events.items.flatMap((event) => (event.type === "message" ? event.seq : []));
    expect(seqs).toEqual(Array.from({ length: 230 - position }, (_, index) => position + index + 1));
    expectUnbroken(events.items);
    unsubscribe();
  }
});

test.each([
  ["a position of another history", "0000000000000000:1"],
  ["a position from the future", "99"],
  ["a negative one", "-1"],
  ["no number", "latest"],
  ["nothing", ""],
])("after %s comes a reset with all that there is [RESET-1]", async (_name, lastEventId) => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const message = await send(url, "s", "Hello");
  const client = createClient({ url });
  const { events, unsubscribe } = await followWithClient(client, { session_id: "s", lastEventId });
  expect(events.items.map(({ type }) => type)).toEqual(["reset", "caught_up"]);
  expect(events.items[0]).toMatchObject({ seq: 1, session: { id: "s", messages: [message] } });
  unsubscribe();
});

test("a position of a deleted session is a reset in the one made anew under its id [RESET-1] [ORDER-2]", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  await createSession(url, { id: "s" });
  await send(url, "s", "old");
  await call(url, "DELETE", "/api/sessions/s");
  await createSession(url, { id: "s", title: "Anew" });
  const { events, unsubscribe } = await followWithClient(client, { session_id: "s", lastEventId: "1" });
  expect(events.items[0]).toMatchObject({ type: "reset", seq: 3, session: { title: "Anew", messages: [] } });
  unsubscribe();
});

test("a snapshot holds the latest 100 messages [ATTACH-1]", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  await createSession(url, { id: "s" });
  await Promise.all(Array.from({ length: 105 }, (_, index) => send(url, "s", `message ${index}`)));
  const { events, unsubscribe } = await followWithClient(client, { session_id: "s" });
  const [snapshot] = events.items;
  const shown = snapshot?.type === "snapshot" ? snapshot.session.messages : [];
  expect(shown.map(documented)).toEqual((await readSession(url, "s")).messages.slice(5));
  unsubscribe();
});

test("writes while many attach are each seen once by all, in the snapshot or after it [ATTACH-1]", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  await createSession(url, { id: "s" });
  const writes = Array.from({ length: 60 }, (_, index) => send(url, "s", `message ${index}`));
  const followers = await Promise.all(
    Array.from({ length: 20 }, () => followWithClient(client, { session_id: "s" })),
  );
  await Promise.all(writes);
  for (const { events, unsubscribe } of followers) {
    const got = await events.until((items) => items.at(-1)?.seq === 60);
    const ids = got.flatMap((event) => {
      if (event.type === "snapshot") return event.session.messages.map(({ id }) => id);
      return event.type === "message" ? event.message.id : [];
    });
    expect(ids).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    expectUnbroken(got);
    unsubscribe();
  }
});

test("a session that is not there ends the subscription with NOT_FOUND", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  const error = await new Promise((resolve) => {
    client.session.onEvent.subscribe({ session_id: "nobody" }, { onError: resolve });
  });
  expect(error).toMatchObject({ data: { code: "NOT_FOUND", httpStatus: 404, path: "session.onEvent" } });
});

test("nothing is left open behind a reader that is gone [ALIVE-2]", async () => {
  const { app, url } = await startApp();
  await createSession(url, { id: "s" });
  const client = createClient({ url });
  const followers = await Promise.all(
    Array.from({ length: 10 }, () => followWithClient(client, { session_id: "s" })),
  );
  const sse = await followOverSse(url, { session_id: "s" });
  expect(app.counts()).toMatchObject({ trpcSockets: 1, followers: 11 });
  for (const { unsubscribe } of followers) unsubscribe();
  sse.stop();
  await expect
    .poll(() => app.counts(), { timeout: 4000 })
    .toEqual({ trpcSockets: 0, chatSockets: 0, followers: 0 });
});

test("resuming after 0 gives everything, also in a session that was made anew [RESUME-4]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  await send(url, "s", "of the old one");
  await call(url, "DELETE", "/api/sessions/s");
  await createSession(url, { id: "s", title: "Anew" });
  await Promise.all(Array.from({ length: 150 }, (_, index) => send(url, "s", `message ${index}`)));
  const client = createClient({ url });
  const { events, unsubscribe } = await followWithClient(client, { session_id: "s", lastEventId: "0" });
  expect(events.items.map(({ type }) => type)).toEqual([
    "session",
    ...Array.from({ length: 150 }, () => "message"),
    "caught_up",
  ]);
  expectUnbroken(events.items);
  unsubscribe();
});

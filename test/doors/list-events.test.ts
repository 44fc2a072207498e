import { expect, test } from "vitest";
import type { ListEvent } from "../../server/contract/list-event.ts";
import { call, createSession, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { apply, followEverywhere, isCaughtUp, readSidebar } from "./sidebar.ts";
import { changesOf, expectUnbroken, seenUpTo } from "./stream-rules.ts";

test("200 messages to one session are few events, and the last of them is the last state [LIST-3]", async () => {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  const readers = followEverywhere(app);
  await Promise.all(readers.map(({ events }) => events.until(isCaughtUp)));
  const begun = performance.now();
  await Promise.all(Array.from({ length: 200 }, (_, index) => send(app.url, "s", `message ${index}`)));
  const took = performance.now() - begun;
  const sidebar = await readSidebar(app);
  for (const reader of readers) {
    const changes = changesOf(await seenUpTo(reader, 201)).slice(1);
    // One at once, one every 250 ms while they came, and one for the rest.
    expect(changes.length).toBeLessThanOrEqual(Math.ceil(took / 250) + 2);
    expectUnbroken(reader.events.items);
    expect(apply(reader.events.items)).toEqual(sidebar);
  }
});

test("two sessions that change in turn each come as they are at last [LIST-3]", async () => {
  const app = await startApp();
  for (const id of ["a", "b"]) await createSession(app.url, { id });
  const readers = followEverywhere(app);
  await Promise.all(readers.map(({ events }) => events.until(isCaughtUp)));
  for (let turn = 0; turn < 30; turn += 1) await send(app.url, turn % 2 ? "a" : "b", `${turn}`);
  const sidebar = await readSidebar(app);
  for (const reader of readers) {
    const changes = await seenUpTo(reader, 32);
    expectUnbroken(changes);
    expect(apply(changes)).toEqual(sidebar);
  }
});

test("sessions that are made while many attach are seen once by all of them [LIST-2]", async () => {
  const app = await startApp();
  const readers: ReturnType<typeof followEverywhere> = [];
  for (let index = 0; index < 30; index += 1) {
    const written = Promise.all([
      createSession(app.url, { id: `s${index}` }),
      index > 0 ? send(app.url, "s0", `message ${index}`) : undefined,
    ]);
    if (index % 3 === 0) readers.push(...followEverywhere(app));
    await written;
  }
  const sidebar = await readSidebar(app);
  for (const reader of readers) {
    const changes = await seenUpTo(reader, 59);
    expectUnbroken(changes);
    expect(apply(changes)).toEqual(sidebar);
  }
});

test("it tells of sessions that are made, renamed, deleted and made anew, and of each one's last message [LIST-1] [LIST-2]", async () => {
  const app = await startApp();
  const { url } = app;
  const readers = followEverywhere(app);
  const all = () => readers.map(({ events }) => events.items);
  await Promise.all(readers.map(({ events }) => events.until(isCaughtUp)));
  const [begun = []] = all();
  const epoch = expect.stringMatching(/^[0-9a-f]{16}$/) as string;
  expect(begun.map(({ event }) => event)).toEqual([
    { type: "snapshot", seq: 0, prev: 0, epoch, sessions: [], next_cursor: null },
    { type: "caught_up", seq: 0, prev: 0, epoch },
  ]);
  let seq = 0;
  const next = async (change: Promise<unknown>): Promise<ListEvent | undefined> => {
    await change;
    seq += 1;
    await Promise.all(readers.map((reader) => seenUpTo(reader, seq)));
    const event = all()[0]?.at(-1)?.event;
    expect(event).toMatchObject({ seq, prev: seq - 1 });
    return event;
  };
  const path = "/api/sessions/a/messages";

  const made = await next(createSession(url, { id: "a", title: "A" }));
  const { created_at } = await readSession(url, "a");
  const head = { id: "a", title: "A", created_at };
  const session = (last_message: unknown) => ({ type: "session", session: { ...head, last_message } });
  expect(made).toMatchObject(session(null));

  const sent = send(url, "a", "one");
  const one = await next(sent);
  const { timestamp, id: first } = await sent;
  const last = { id: first, sender: "user", timestamp };
  expect(one).toMatchObject(session({ ...last, excerpt: "one" }));
  const long = `${"🙂".repeat(150)}${"x".repeat(1000)}`;
  expect(await next(call(url, "PATCH", `${path}/${first}`, { content: long }))).toMatchObject(
    session({ ...last, excerpt: `${"🙂".repeat(150)}${"x".repeat(50)}` }),
  );
  const two = send(url, "a", "two");
  await next(two);
  const { id: second } = await two;
  // An edit of another message than the last changes no more than its place.
  expect(await next(call(url, "PATCH", `${path}/${first}`, { content: "one" }))).toMatchObject(
    session({ id: second, excerpt: "two" }),
  );
  expect(await next(call(url, "DELETE", `${path}/${second}`))).toMatchObject(
    session({ ...last, excerpt: "one" }),
  );
  expect(await next(call(url, "DELETE", `${path}/${first}`))).toMatchObject(session(null));
  expect(await next(call(url, "PATCH", "/api/sessions/a", { title: "Renamed" }))).toMatchObject({
    session: { ...head, title: "Renamed" },
  });
  await call(url, "PATCH", "/api/sessions/a", { title: "Renamed" });
  expect(await next(call(url, "DELETE", "/api/sessions/a"))).toEqual({
    type: "session_deleted",
    seq,
    prev: seq - 1,
    session_id: "a",
  });
  expect(await next(createSession(url, { id: "a", title: "Anew" }))).toMatchObject({
    type: "session",
    session: { id: "a", title: "Anew", last_message: null },
  });
  for (const seen of all()) expect(seen).toEqual(begun);
  expectUnbroken(begun);
  expect(apply(begun)).toEqual(await readSidebar(app));
  for (const reader of readers) reader.stop();
  await expect.poll(() => app.app.counts().followers).toBe(0);
});

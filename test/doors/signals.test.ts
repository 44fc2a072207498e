import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { applyEvent, emptySession } from "../../client-sdk/src/chat/apply-event.ts";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import { openChat } from "../support/readers.ts";
import { openReply } from "../support/replies.ts";
import { readSession, send } from "../support/rest.ts";
import { sendSignal, signalDoors } from "../support/signals.ts";
import { first, follow, startWithSession } from "./followed-session.ts";
import type { Seen } from "./live-door.ts";
import { liveDoors } from "./live-doors.ts";
import { connections } from "./message-doors.ts";
import { messagesDoor } from "./socket-doors.ts";
import { apply, changesOf, expectUnbroken, seenUpTo, viewOf } from "./stream-rules.ts";

/** The doors that get signals. */
const streams = liveDoors.filter(({ tellsCaughtUp }) => tellsCaughtUp);

function signalsOf(seen: readonly Seen[]): (LiveEvent & { type: "signal" })[] {
  return seen.flatMap(({ event }) => (event.type === "signal" ? [event] : []));
}

describe.each(streams)("over $name", (door) => {
  test("signals through every door come with the position of the stream, and the next change goes on after them [SIGNAL-1] [SIGNAL-2] [ORDER-3] [RESUME-3]", async () => {
    const app = await startWithSession();
    await send(app.url, "s", "one");
    const reader = follow(door, app);
    await first(door, reader, 1);
    const data = { user: 'Ada 🙂 "quoted"', list: [1, null, { deep: true }] };
    for (const { name, ...sender } of signalDoors) {
      const before = reader.events.items.length;
      const position = reader.events.items.at(-1)?.position;
      expect(await (await sender.open(app))("s", { name, data })).toBeUndefined();
      const signal = (await reader.events.count(before + 1))[before];
      const seq = Number(position?.split(":")[1]);
      expect(signal).toEqual({ position, event: { type: "signal", seq, prev: seq, name, data } });
      await send(app.url, "s", `after ${name}`);
      await reader.events.count(before + 2);
    }
    await sendSignal(app.url, "without data");
    const seen = await reader.events.until((items) => signalsOf(items).length > signalDoors.length);
    expect(signalsOf(seen).at(-1)).toEqual({ type: "signal", seq: 5, prev: 5, name: "without data" });
    expectUnbroken(seen);
    expect(apply(seen)).toEqual(viewOf(await readSession(app.url, "s")));
  });

  test("a subscriber that comes back gets no signal, from whatever position, and misses no change [SIGNAL-2] [RESUME-1]", async () => {
    const app = await startWithSession();
    const reader = follow(door, app);
    await first(door, reader, 1);
    await send(app.url, "s", "one");
    await seenUpTo(reader, 1);
    await sendSignal(app.url, "typing");
    const seen = await reader.events.until((items) => signalsOf(items).length === 1);
    await send(app.url, "s", "two");
    for (const after of [undefined, "0", seen.at(-1)?.position]) {
      const back = await first(door, follow(door, app, after), after === "0" ? 2 : 1);
      expect(signalsOf(back)).toEqual([]);
      expect(apply(back).messages.at(-1)?.content).toBe("two");
      if (after === undefined || after === "0") continue;
      expectUnbroken(back, 1);
    }
  });

  test("signals amid a reply that grows break nothing of it [SIGNAL-2] [REPLY-2]", async () => {
    const app = await startWithSession({ elapsedMs: unlimited() });
    const reader = follow(door, app);
    await first(door, reader, 1);
    const reply = await openReply(app.url);
    for (let word = 0; word < 60; word += 1) {
      await reply.append(`word${word} `);
      await sendSignal(app.url, "writing", word);
    }
    await reply.finish();
    const seen = await seenUpTo(reader, 62);
    expectUnbroken(seen);
    expect(signalsOf(seen).map(({ data }) => data)).toEqual(Array.from({ length: 60 }, (_, word) => word));
    expect(apply(seen)).toEqual(viewOf(await readSession(app.url, "s")));
    // The pieces are gathered as they are without signals.
    expect(seen.filter(({ event }) => event.type === "message_delta").length).toBeLessThan(60);
  });
});

/** A clock by which each signal comes long enough after the one before. */
function unlimited(): () => number {
  let nowMs = 0;
  return () => (nowMs += 100);
}

test("a signal has no id over REST's stream: a browser goes on after the last change [SIGNAL-2]", async () => {
  const { url } = await startWithSession();
  const { body } = await fetch(`${url}/api/sessions/s/events/stream`);
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  let text = "";
  const until = async (part: string): Promise<void> => {
    while (!text.includes(part)) text += Buffer.from((await reader.read()).value ?? []).toString();
  };
  await until("caught_up");
  await sendSignal(url, "typing", 7);
  await until("typing");
  await send(url, "s", "one");
  await until("one");
  await reader.cancel();
  const events = text.split("\n\n").slice(2, 4);
  expect(events[0]).toBe('data: {"type":"signal","name":"typing","data":7,"seq":0,"prev":0}');
  expect(events[1]).toMatch(/^id: \w+:1\ndata: /);
});

test("a poll has events of the log alone: a signal does not answer it [SIGNAL-1]", async () => {
  const app = await startWithSession();
  const door = liveDoors.find(({ tellsCaughtUp }) => !tellsCaughtUp);
  if (!door) throw new Error("There is no poll.");
  const reader = follow(door, app, "0");
  await expect.poll(() => app.app.counts().followers).toBe(1);
  const other = await openChat(app.wsUrl, "s", "?events=all");
  await other.frames.count(2);
  await sendSignal(app.url, "typing");
  await other.frames.count(3);
  await send(app.url, "s", "one");
  expect((await seenUpTo(reader, 1)).map(({ event }) => event.type)).toEqual(["message"]);
});

test("a plain socket without events=all gets no signal, and may send one [SIGNAL-1]", async () => {
  const { url, wsUrl } = await startWithSession();
  const messages = await openChat(wsUrl, "s");
  const all = await openChat(wsUrl, "s", "?events=all");
  await all.frames.count(2);
  messages.socket.send(JSON.stringify({ signal: { name: "typing" } }));
  expect((await all.frames.count(3))[2]).toMatchObject({ event: { type: "signal", name: "typing" } });
  // A message may have any other fields.
  messages.socket.send(JSON.stringify({ content: "one", sender: "user", signal: { name: "no signal" } }));
  await send(url, "s", "two");
  await messages.frames.count(2);
  expect(messages.frames.items).toMatchObject([
    { message: { content: "one" } },
    { message: { content: "two" } },
  ]);
  expect((await all.frames.count(5)).slice(3)).toMatchObject([
    { event: { type: "message" } },
    { event: { type: "message" } },
  ]);
});

test("a signal is written nowhere, and moves neither the session's log nor the list's [SIGNAL-2] [LIST-1]", async () => {
  const { url, wsUrl, databaseFile } = await startWithSession();
  await send(url, "s", "one");
  const database = new Database(databaseFile, { readonly: true });
  const stand = async (): Promise<unknown> => ({
    version: database.pragma("data_version"),
    session: await (await fetch(`${url}/api/sessions/s/events?after=0`)).json(),
    list: await (await fetch(`${url}/api/events?after=0`)).json(),
  });
  const before = await stand();
  const { frames } = await openChat(wsUrl, "s", "?events=all");
  await frames.count(2);
  for (let count = 1; count <= 10; count += 1) await sendSignal(url, "typing", { count });
  await frames.count(12);
  expect(await stand()).toEqual(before);
  await send(url, "s", "two");
  expect(await stand()).not.toEqual(before);
  database.close();
});

test.each(connections.filter((door) => door !== messagesDoor))(
  "over $name a subscriber that does not read gets no signals, and later every change [SIGNAL-3] [SLOW-1]",
  async (door) => {
    const chars = 1_000_000;
    const app = await startWithSession({ maxMessageChars: chars, elapsedMs: unlimited() });
    const [slow, other] = [follow(door, app), follow(door, app)];
    for (const reader of [slow, other]) await first(door, reader, 1);
    slow.pause();
    for (let index = 0; index < 12; index += 1) await send(app.url, "s", "x".repeat(chars));
    await seenUpTo(other, 12);
    for (let count = 0; count < 100; count += 1) await sendSignal(app.url, "typing", count);
    await other.events.until((items) => signalsOf(items).length === 100);
    slow.resume();
    await send(app.url, "s", "the last");
    const seen = await seenUpTo(slow, 13);
    expectUnbroken(seen);
    expect(signalsOf(seen)).toEqual([]);
    expect(changesOf(seen).map(({ event }) => event.seq)).toEqual(
      Array.from({ length: 14 }, (_, seq) => seq),
    );
    // It is live again.
    await sendSignal(app.url, "typing", "again");
    await slow.events.until((items) => signalsOf(items).length === 1);
  },
);

test("the state of a client stays the same object at a signal", () => {
  const state = { ...emptySession, seq: 5, epoch: "e" };
  expect(applyEvent(state, { type: "signal", seq: 5, prev: 5, name: "typing" })).toBe(state);
});

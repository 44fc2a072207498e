import { expect, onTestFinished, test } from "vitest";
import { openDoors } from "../support/doors.ts";
import { call, createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import type { Following, Seen } from "./live-door.ts";
import { resumingDoors } from "./live-doors.ts";
import { changesOf, expectUnbroken, seenUpTo } from "./stream-rules.ts";

const id = "a session / with ö and 🙂 in its id";
const address = `/api/sessions/${encodeURIComponent(id)}`;

/** Compares the doors that send `caught_up` with each other, and with the other doors. */
function expectSameEvents(readers: Following[]): void {
  const [reference] = readers;
  for (const [index, door] of resumingDoors.entries()) {
    const seen = readers[index]?.events.items ?? [];
    const expected = reference?.events.items ?? [];
    expect(seen, door.name).toEqual(door.tellsCaughtUp ? expected : changesOf(expected));
  }
  expectUnbroken(reference?.events.items ?? []);
}

test("one busy history is the same events at every door, live and from every position [ORDER-3] [RESUME-1] [RESUME-6]", async () => {
  const app = await startApp();
  const { url } = app;
  const ways = await openDoors(app);
  const followAll = (after?: string): Following[] =>
    resumingDoors.map((door) => {
      const following = door.follow(app, { session_id: id, after });
      onTestFinished(() => following.stop());
      return following;
    });
  const say = (way: number, content: string, key?: string) =>
    ways[way % ways.length]?.send(id, { content, sender: way % 2 ? "assistant" : "user" }, key);
  const edit = (message: number, content: string) =>
    call(url, "PATCH", `${address}/messages/${message}`, { content });
  const rename = (title: string) => call(url, "PATCH", address, { title });

  /** One change each. */
  const firstLife = [
    () => say(0, "one"),
    () => say(1, "two, with a key", "a key, ö and 🙂"),
    () => say(2, 'three: "quotes", \\ and\nlines\u2028'),
    () => edit(1, "one, edited"),
    () => say(3, "four 🙂🇩🇪"),
    () => rename("Renamed"),
    () => call(url, "DELETE", `${address}/messages/3`),
    () => edit(2, "two, edited"),
    () => edit(1, "one, edited again"),
    () => say(0, "x".repeat(50_000)),
    () => rename("Renamed 🙂"),
    () => call(url, "DELETE", `${address}/messages/1`),
  ];
  await createSession(url, { id, title: "At first" });
  const live = followAll();
  await Promise.all(live.map(({ events }) => events.count(1)));
  for (const [index, change] of firstLife.entries()) {
    await change();
    // All see one change before the next, else a poll might see two of them as one.
    await Promise.all(live.map((reader) => seenUpTo(reader, index + 1)));
  }
  const gone = firstLife.length + 1;
  const beforeTheEnd = followAll("0");
  await Promise.all(beforeTheEnd.map((reader) => seenUpTo(reader, gone - 1)));
  await call(url, "DELETE", address);
  await Promise.all([...live, ...beforeTheEnd].map((reader) => seenUpTo(reader, gone)));
  await Promise.all([...live, ...beforeTheEnd].map(({ ended }) => ended));
  expectSameEvents(live);
  expectSameEvents(beforeTheEnd);
  const types = live[0]?.events.items.map(({ event }) => event.type);
  expect(new Set(types)).toEqual(
    new Set(["snapshot", "caught_up", "message", "message_deleted", "session", "session_deleted"]),
  );
  expect(types).toHaveLength(firstLife.length + 3);

  await createSession(url, { id, title: "Anew" });
  await say(0, "one of the second life");
  const { id: second = 0 } =
    ((await say(1, "two")) as { message: { id?: number } } | undefined)?.message ?? {};
  await edit(second, "two, edited");
  await rename("Anew, renamed");
  const end = gone + 5;
  const positions = [undefined, ...new Set(live[0]?.events.items.map(({ position }) => position)), "0"];
  const resumed = positions.map((position) => followAll(position));
  for (const readers of resumed) {
    await Promise.all(readers.map((reader) => seenUpTo(reader, end)));
  }
  await rename("The end");
  for (const [index, readers] of resumed.entries()) {
    await Promise.all(readers.map((reader) => seenUpTo(reader, end + 1)));
    const [first] = changesOf(readers[0]?.events.items ?? ([] as Seen[]));
    // Of the first life there is nothing to go on after but its beginning and its end.
    const place = positions[index]?.split(":").at(-1);
    const isGood = place === "0" || place === String(gone);
    expect(first?.event.type).toBe(place === undefined ? "snapshot" : isGood ? "message" : "reset");
    for (const reader of readers.slice(1)) {
      expect(changesOf(reader.events.items)).toEqual(changesOf(readers[0]?.events.items ?? []));
    }
  }
});

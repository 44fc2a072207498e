import { describe, expect, test } from "vitest";
import { openDoors } from "../support/doors.ts";
import { call, createSession, full, readSession, send } from "../support/rest.ts";
import { edit, first, follow, remove, removeSession, rename, startWithSession } from "./followed-session.ts";
import { resumingDoors } from "./live-doors.ts";
import { apply, changesOf, expectUnbroken, seenUpTo, typesAndSeqs, viewOf } from "./stream-rules.ts";

describe.each(resumingDoors)("over $name", (door) => {
  test("every change takes the next seq, what changes nothing takes none, and the reader sees them so [ORDER-1] [ORDER-3]", async () => {
    const app = await startWithSession();
    const reader = follow(door, app);
    await first(door, reader, 1);
    const one = await send(app.url, "s", "one");
    const two = await send(app.url, "s", "two");
    const changes = [
      () => edit(app, one.id, "one, edited"),
      () => edit(app, one.id, "one, edited"),
      () => rename(app, "Renamed"),
      () => rename(app, "Renamed"),
      () => remove(app, two.id),
      () => remove(app, two.id),
      () => call(app.url, "POST", "/api/sessions/s/messages", { content: "", sender: "user" }),
      () => createSession(app.url, { id: "s" }).catch(() => undefined),
      () => removeSession(app),
    ];
    for (const change of changes) await change();
    const seen = changesOf(await seenUpTo(reader, 6));
    // Two of them may be one, if the reader came late to the first.
    expect(typesAndSeqs(seen).slice(-3)).toEqual([
      ["session", 4, 3],
      ["message_deleted", 5, 4],
      ["session_deleted", 6, 5],
    ]);
    expectUnbroken(reader.events.items);
    expect(await reader.ended).toBe(door.ends.sessionDeleted);
  });

  test("messages that come in by every door at once are shown in the order in which they are stored [ORDER-3]", async () => {
    const app = await startWithSession();
    const doors = await openDoors(app);
    const reader = follow(door, app);
    await Promise.all(
      doors.map(async (way) => {
        for (let turn = 0; turn < 10; turn += 1)
          await way.send("s", { content: `${way.name} ${turn}`, sender: "user" });
      }),
    );
    const seen = await seenUpTo(reader, doors.length * 10);
    expectUnbroken(seen);
    const stored = await readSession(app.url, "s");
    expect(apply(seen)).toEqual(viewOf(stored));
    const contents = seen.flatMap(({ event }) => (event.type === "message" ? event.message.content : []));
    const shown = stored.messages.map(({ content }) => content);
    expect(contents).toEqual(shown.slice(shown.length - contents.length));
  });

  test("a clock that stands still or jumps back changes no order [ORDER-4]", async () => {
    const times = ["2025-11-30T12:00:00.000Z", "2025-11-30T12:00:00.000Z", "2001-01-01T00:00:00.000Z"];
    let now = 0;
    const app = await startWithSession({ now: () => new Date(times[now % 3] ?? 0) });
    for (; now < 9; now += 1) await send(app.url, "s", `message ${now}`);
    const reader = follow(door, app, "0");
    for (; now < 18; now += 1) await send(app.url, "s", `message ${now}`);
    const seen = changesOf(await seenUpTo(reader, 18));
    expect(seen.map(({ event }) => event.type === "message" && event.message.content)).toEqual(
      Array.from({ length: 18 }, (_, index) => `message ${index}`),
    );
    expectUnbroken(reader.events.items);
  });

  test("repeats of a send through all doors at once are one message to a reader [KEY-1] [KEY-2] [KEY-3]", async () => {
    const app = await startWithSession();
    const doors = await openDoors(app);
    const reader = follow(door, app);
    await first(door, reader, 1);
    const fields = { content: "once", sender: "user" };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => doors.map((way) => way.send("s", fields, "key"))).flat(),
    );
    const [stored] = (await readSession(app.url, "s")).messages;
    if (!stored) throw new Error("Nothing was stored.");
    for (const answer of answers) expect(answer).toEqual({ message: stored });
    for (const way of doors) {
      const answer = await way.send("s", { ...fields, content: "other" }, "key");
      expect(answer).toMatchObject({ error: { code: "UNPROCESSABLE_CONTENT" } });
    }
    await edit(app, stored.id, "edited");
    for (const way of doors) expect(await way.send("s", fields, "key")).toEqual({ message: stored });
    const last = await send(app.url, "s", "last");
    const seen = changesOf(await seenUpTo(reader, 3));
    expect(seen.slice(1).map(({ event }) => event)).toEqual([
      { type: "message", seq: 1, prev: 0, message: full(stored, 1) },
      { type: "message", seq: 2, prev: 1, message: { ...full(stored, 2), content: "edited" } },
      { type: "message", seq: 3, prev: 2, message: full(last, 3) },
    ]);
  });
});

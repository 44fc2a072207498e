import { describe, expect, test } from "vitest";
import { full, readSession, send } from "../support/rest.ts";
import { edit, first, follow, remove, rename, startWithSession } from "./followed-session.ts";
import type { Following } from "./live-door.ts";
import { resumingDoors } from "./live-doors.ts";
import { apply, changesOf, expectUnbroken, seenUpTo, typesAndSeqs, viewOf } from "./stream-rules.ts";

const sixteenDigits = /^[0-9a-f]{16}$/;

describe.each(resumingDoors)("over $name", (door) => {
  test("a reader without a position gets the latest 100 messages, once and as they stood, and then what comes [ATTACH-1]", async () => {
    const app = await startWithSession();
    await Promise.all(Array.from({ length: 120 }, (_, index) => send(app.url, "s", `message ${index}`)));
    const before = await readSession(app.url, "s");
    const reader = follow(door, app);
    const [snapshot] = await reader.events.count(1);
    const { title, created_at, messages } = before;
    const epoch = expect.stringMatching(sixteenDigits) as string;
    const latest = messages.map((message, index) => full(message, index + 1)).slice(-100);
    const session = { id: "s", title, created_at, messages: latest };
    expect(snapshot?.event).toEqual({
      type: "snapshot",
      seq: 120,
      prev: 0,
      epoch,
      session,
      has_earlier: true,
    });
    const message = await send(app.url, "s", "live");
    const seen = changesOf(await seenUpTo(reader, 121));
    expect(seen[1]?.event).toEqual({
      type: "message",
      seq: 121,
      prev: 120,
      message: full(message, 121),
    });
  });

  test("what a reader begins with is at most 512 KiB as JSON and says that there is more, with a position or without [ATTACH-1] [RESET-1]", async () => {
    const app = await startWithSession();
    // As JSON it is six times as long.
    const control = "\u0001".repeat(20_000);
    for (let index = 0; index < 8; index += 1) await send(app.url, "s", `${index}${control}`);
    for (const after of [undefined, "zz", "99"]) {
      const [beginning] = await follow(door, app, after).events.count(1);
      const event = beginning?.event;
      if (event?.type !== "snapshot" && event?.type !== "reset") throw new Error("It began otherwise.");
      expect(event).toMatchObject({ type: after === undefined ? "snapshot" : "reset", has_earlier: true });
      expect(event.session.messages.map(({ content }) => content[0])).toEqual(["4", "5", "6", "7"]);
      expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(512 * 1024);
    }
  });

  test("changes while many attach are seen once by all of them [ATTACH-1]", async () => {
    const app = await startWithSession();
    const readers: Following[] = [];
    for (let index = 0; index < 40; index += 1) {
      const written = send(app.url, "s", `message ${index}`);
      if (index % 4 === 0) readers.push(follow(door, app));
      await written;
    }
    const stored = viewOf(await readSession(app.url, "s"));
    for (const reader of readers) {
      const seen = await seenUpTo(reader, 40);
      expectUnbroken(seen);
      expect(apply(seen)).toEqual(stored);
    }
  });

  test("after what there was the reader is told once that it has caught up, also when there was nothing [ATTACH-2]", async () => {
    const app = await startWithSession();
    const empty = follow(door, app, "0");
    if (door.tellsCaughtUp) {
      const [caughtUp] = await empty.events.count(1);
      expect(caughtUp?.event).toEqual({
        type: "caught_up",
        seq: 0,
        prev: 0,
        epoch: expect.stringMatching(sixteenDigits) as string,
      });
    } else {
      const answer = await fetch(`${app.url}/api/sessions/s/events?after=0`);
      expect(await answer.json()).toMatchObject({
        events: [],
        position: expect.stringMatching(/:0$/) as string,
      });
    }
    await send(app.url, "s", "one");
    await send(app.url, "s", "two");
    const seen = await seenUpTo(empty, 2);
    expect(seen.filter(({ event }) => event.type === "caught_up")).toHaveLength(door.tellsCaughtUp ? 1 : 0);
    expect(typesAndSeqs(await first(door, follow(door, app, "1"), 1))).toEqual([
      ["message", 2, 1],
      ...(door.tellsCaughtUp ? [["caught_up", 2, 2]] : []),
    ]);
  });

  test("what changed several times comes once, as it is now, and each prev is the event before [RESUME-2] [RESUME-3] [RESUME-4]", async () => {
    const app = await startWithSession();
    const [kept, edited, removed] = [
      await send(app.url, "s", "kept"),
      await send(app.url, "s", "draft"),
      await send(app.url, "s", "removed"),
    ];
    await edit(app, edited.id, "better");
    await rename(app, "One");
    await edit(app, removed.id, "still removed");
    await edit(app, edited.id, "best");
    await remove(app, removed.id);
    await rename(app, "Two");
    const all = changesOf(await first(door, follow(door, app, "0"), 4)).map(({ event }) => event);
    const { created_at } = await readSession(app.url, "s");
    expect(all).toEqual([
      { type: "message", seq: 1, prev: 0, message: full(kept, 1) },
      { type: "message", seq: 7, prev: 1, message: { ...full(edited, 7), content: "best" } },
      { type: "message_deleted", seq: 8, prev: 7, message_id: removed.id, key: `#${removed.id}` },
      { type: "session", seq: 9, prev: 8, session: { id: "s", title: "Two", created_at } },
    ]);
    const later = changesOf(await first(door, follow(door, app, "7"), 2));
    expect(typesAndSeqs(later)).toEqual([
      ["message_deleted", 8, 7],
      ["session", 9, 8],
    ]);
    const fromSnapshot = await first(door, follow(door, app), 1);
    expect(typesAndSeqs(fromSnapshot)[0]).toEqual(["snapshot", 9, 0]);
  });

  test("a reader that is cut again and again misses nothing and gets nothing twice [RESUME-1]", async () => {
    const app = await startWithSession();
    let position: string | undefined;
    const all = [];
    for (let round = 0; round < 6; round += 1) {
      const reader = follow(door, app, position);
      const [one, two] = [send(app.url, "s", `one of ${round}`), send(app.url, "s", `two of ${round}`)];
      await reader.events.count(1);
      reader.cut();
      await reader.ended;
      all.push(...reader.events.items);
      position = reader.events.items.at(-1)?.position;
      await rename(app, `Round ${round}`);
      await edit(app, (await one).id, `one of ${round}, edited`);
      await remove(app, (await two).id);
    }
    const last = follow(door, app, position);
    await send(app.url, "s", "the end");
    all.push(...(await last.events.until((items) => JSON.stringify(items).includes("the end"))));
    expectUnbroken(changesOf(all));
    expect(apply(all)).toEqual(viewOf(await readSession(app.url, "s")));
  });
});

import { describe, expect, test } from "vitest";
import { call, createSession, send } from "../support/rest.ts";
import { edit, first, follow, removeSession, startWithSession } from "./followed-session.ts";
import { resumingDoors } from "./live-doors.ts";
import { changesOf, expectUnbroken, seenUpTo, typesAndSeqs } from "./stream-rules.ts";

describe.each(resumingDoors)("over $name", (door) => {
  test("limit bounds the messages of a snapshot and of a reset, and says whether there are more [ATTACH-3]", async () => {
    const app = await startWithSession();
    for (let index = 1; index <= 5; index += 1) await send(app.url, "s", `${index}`);
    for (const after of [undefined, "another:7"]) {
      for (const [limit, contents, hasEarlier] of [
        [0, [], true],
        [1, ["5"], true],
        [3, ["3", "4", "5"], true],
        [5, ["1", "2", "3", "4", "5"], false],
        [100, ["1", "2", "3", "4", "5"], false],
      ] as const) {
        const [beginning] = await first(door, follow(door, app, after, { limit }), 1);
        const event = beginning?.event;
        if (event?.type !== "snapshot" && event?.type !== "reset") throw new Error("It began otherwise.");
        expect(event.type).toBe(after === undefined ? "snapshot" : "reset");
        expect(event.session.messages.map(({ content }) => content)).toEqual(contents);
        expect(event.has_earlier).toBe(hasEarlier);
      }
    }
    await call(app.url, "POST", "/api/sessions", { id: "empty" });
    const [empty] = await door.follow(app, { session_id: "empty", extent: { limit: 0 } }).events.count(1);
    expect(empty?.event).toMatchObject({ type: "snapshot", has_earlier: false });
  });

  test("a reader that missed more changes than max_missed gets a snapshot in their place, and then what comes [RESUME-8]", async () => {
    const app = await startWithSession();
    for (let index = 1; index <= 6; index += 1) await send(app.url, "s", `${index}`);
    const missed = async (after: string, extent: { max_missed?: number; limit?: number }) =>
      typesAndSeqs(changesOf(await first(door, follow(door, app, after, extent), 1)));
    expect(await missed("3", { max_missed: 2 })).toEqual([["snapshot", 6, 0]]);
    expect((await missed("3", { max_missed: 3 })).at(0)).toEqual(["message", 4, 3]);
    expect((await missed("0", {})).at(0)).toEqual(["message", 1, 0]);
    expect(await missed("0", { max_missed: 0, limit: 1 })).toEqual([["snapshot", 6, 0]]);
    // It counts changes, of whichever messages.
    await edit(app, 1, "one");
    await edit(app, 1, "uno");
    expect(await missed("6", { max_missed: 1 })).toEqual([["snapshot", 8, 0]]);
    const atTheEnd = follow(door, app, "8", { max_missed: 0 });
    const behind = follow(door, app, "1", { max_missed: 1, limit: 2 });
    await behind.events.count(1);
    await send(app.url, "s", "live");
    expect(typesAndSeqs(changesOf(await seenUpTo(atTheEnd, 9)))).toEqual([["message", 9, 8]]);
    const seen = await seenUpTo(behind, 9);
    expect(typesAndSeqs(changesOf(seen))).toEqual([
      ["snapshot", 8, 0],
      ["message", 9, 8],
    ]);
    expectUnbroken(seen);
  });

  test("max_missed changes nothing of a reset, nor of the news that the session was deleted [RESET-1] [DELETED-1] [RESUME-8]", async () => {
    const app = await startWithSession();
    for (let index = 1; index <= 6; index += 1) await send(app.url, "s", `${index}`);
    const impossible = await first(door, follow(door, app, "another:1", { max_missed: 0 }), 1);
    expect(impossible[0]?.event).toMatchObject({ type: "reset", seq: 6 });
    await removeSession(app);
    const [deleted] = await follow(door, app, "1", { max_missed: 0 }).events.count(1);
    expect(deleted?.event).toEqual({ type: "session_deleted", seq: 7, prev: 1 });
    await createSession(app.url, { id: "s" });
    const past = await first(door, follow(door, app, "2", { max_missed: 0 }), 1);
    expect(past[0]?.event).toMatchObject({ type: "reset", seq: 8 });
  });
});

describe.each(resumingDoors)("over $name", (door) => {
  test.each([{ limit: -1 }, { limit: 101 }, { max_missed: -1 }])(
    "a reader that asks for %o is refused",
    async (extent) => {
      const app = await startWithSession();
      const { ended, events } = follow(door, app, undefined, extent);
      expect([await ended, events.items]).toEqual(["BAD_REQUEST", []]);
    },
  );
});

test.each([
  ["limit", -1, "must be at least 0"],
  ["limit", 101, "must be at most 100"],
  ["max_missed", -1, "must be at least 0"],
] as const)("the refusal of a %s of %d names the field and its bound", async (field, value, sentence) => {
  const { url } = await startWithSession();
  for (const place of ["/events", "/events/stream"]) {
    const answer = await call(url, "GET", `/api/sessions/s${place}?${field}=${value}`);
    const fault = { message: `${field}: ${sentence}`, code: "BAD_REQUEST", issues: [{ path: [field] }] };
    expect([answer.status, await answer.json()]).toMatchObject([400, fault]);
  }
});

test("text in the place of a number is refused, and names the field", async () => {
  const { url } = await startWithSession();
  const answer = await call(url, "GET", "/api/sessions/s/events?max_missed=many");
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { message: 'max_missed: must be a whole number in digits, and is "many"' },
  ]);
});

import { describe, expect, test } from "vitest";
import { createSession, full, send } from "../support/rest.ts";
import { edit, first, follow, remove, removeSession, rename, startWithSession } from "./followed-session.ts";
import { resumingDoors } from "./live-doors.ts";
import { changesOf, expectUnbroken, seenUpTo, typesAndSeqs } from "./stream-rules.ts";

/** Of a session whose last change is 2. */
const impossiblePositions = [
  "3",
  // Of another session, which has come further.
  "40",
  "9".repeat(15),
  "9".repeat(30),
  "0000000000000000:1",
  "0000000000000000:0",
  "0000000000000000:",
  ":1",
  "-1",
  "1.5",
  "1e0",
  "latest",
];

describe.each(resumingDoors)("over $name", (door) => {
  test("no position that the session gave gets a reset, bare or with its history, whatever has become of the change [RESUME-5] [RESET-2]", async () => {
    const app = await startWithSession();
    const { id } = await send(app.url, "s", "to be deleted");
    await edit(app, id, "superseded");
    await remove(app, id);
    await rename(app, "superseded too");
    await rename(app, "Renamed");
    await send(app.url, "s", "stays");
    const [{ position: given } = { position: "" }] = await follow(door, app).events.count(1);
    const epoch = given.slice(0, given.indexOf(":"));
    const present = [3, 5, 6];
    for (const prefix of ["", `${epoch}:`]) {
      for (let seq = 0; seq <= 5; seq += 1) {
        const expected = present.filter((each) => each > seq);
        const seen = changesOf(await first(door, follow(door, app, `${prefix}${seq}`), expected.length));
        expect(seen.map(({ event }) => event.seq)).toEqual(expected);
        expect(seen.map(({ event }) => event.type)).not.toContain("reset");
        expectUnbroken(seen, seq);
      }
      const atTheEnd = follow(door, app, `${prefix}6`);
      await send(app.url, "s", "new").then(({ id: newId }) => remove(app, newId));
      present.push((present.at(-1) ?? 0) + 2);
      const seen = changesOf(await seenUpTo(atTheEnd, 8));
      expect(seen.map(({ event }) => event.type)).not.toContain("reset");
      expectUnbroken(seen, 6);
    }
  });

  test("a position that the session cannot have given gets a reset, and then what comes [RESET-1]", async () => {
    const app = await startWithSession();
    await createSession(app.url, { id: "other" });
    const [there] = await Promise.all(Array.from({ length: 40 }, () => send(app.url, "other", "Hello")));
    const messages = [await send(app.url, "s", "one"), await send(app.url, "s", "two")];
    expect(there?.session_id).toBe("other");
    const readers = impossiblePositions.map((after) => follow(door, app, after));
    for (const [index, reader] of readers.entries()) {
      const [reset] = await first(door, reader, 1);
      const expected = { type: "reset", seq: 2, prev: 0, session: { id: "s", messages } };
      expect(reset?.event, impossiblePositions[index]).toMatchObject(expected);
    }
    const message = await send(app.url, "s", "live");
    for (const reader of readers) {
      const seen = await seenUpTo(reader, 3);
      expect(seen.at(-1)?.event).toEqual({ type: "message", seq: 3, prev: 2, message: full(message, 3) });
      expectUnbroken(seen);
    }
  });

  test("a position of the same id's past life gets a reset, and its last one does not [RESET-1] [RESET-2] [ORDER-2]", async () => {
    const app = await startWithSession();
    await send(app.url, "s", "of the old one");
    await send(app.url, "s", "of the old one too");
    await removeSession(app);
    await createSession(app.url, { id: "s", title: "Anew" });
    await send(app.url, "s", "of the new one");
    for (const after of ["1", "2"]) {
      const [reset] = await first(door, follow(door, app, after), 1);
      expect(reset?.event).toMatchObject({ type: "reset", seq: 5, session: { title: "Anew" } });
    }
    for (const after of ["0", "3"]) {
      expect(typesAndSeqs(changesOf(await first(door, follow(door, app, after), 2)))).toEqual([
        ["session", 4, Number(after)],
        ["message", 5, 4],
      ]);
    }
  });

  test("readers of a session that is deleted are told and their stream ends [DELETED-1]", async () => {
    const app = await startWithSession();
    await send(app.url, "s", "one");
    const reader = follow(door, app);
    await first(door, reader, 1);
    await removeSession(app);
    const seen = changesOf(await seenUpTo(reader, 2));
    expect(seen.at(-1)?.event).toEqual({ type: "session_deleted", seq: 2, prev: 1 });
    expect(await reader.ended).toBe(door.ends.sessionDeleted);
    expect(await follow(door, app).ended).toBe("NOT_FOUND");
    await expect.poll(() => app.app.counts().followers).toBe(0);
  });

  test("one that comes back to a deleted session with an earlier position is told the same [DELETED-1]", async () => {
    const app = await startWithSession();
    await send(app.url, "s", "one");
    await removeSession(app);
    for (const after of ["0", "1"]) {
      const reader = follow(door, app, after);
      expect(await reader.ended).toBe(door.ends.sessionDeleted);
      expect(typesAndSeqs(reader.events.items)).toEqual([["session_deleted", 2, Number(after)]]);
    }
  });
});

import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openChat } from "../support/readers.ts";
import { openReply } from "../support/replies.ts";
import { call, createSession, readSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { follow, startWithSession } from "./followed-session.ts";
import { listDoors } from "./list-doors.ts";
import { liveDoors } from "./live-doors.ts";
import { apply as applyToList, readSidebar } from "./sidebar.ts";
import { apply, changesOf, expectUnbroken, seenUpTo, viewOf } from "./stream-rules.ts";

/** As the sqlite3 shell does, which looks at no foreign key: statements that know nothing of the logs. */
function runInShell({ databaseFile }: RunningApp, statements: string): void {
  const file = new SqliteFile(databaseFile);
  file.pragma("foreign_keys = off");
  file.exec(statements);
  file.close();
}

function insertMessage(seq: number | string, content: string): string {
  return `insert into message (session_id, content, sender, timestamp, seq)
    values ('s', '${content}', 'user', '2025-11-30T12:00:00Z', ${seq});`;
}

function followList(app: RunningApp) {
  return listDoors.map((door) => {
    const following = door.follow(app);
    onTestFinished(() => following.stop());
    return following;
  });
}

function inOrder(sessions: Map<string, unknown>): string {
  return JSON.stringify([...sessions].toSorted(([a], [b]) => a.localeCompare(b)));
}

/** Resolves when every reader of the list shows what the server has. */
async function expectLists(app: RunningApp, lists: ReturnType<typeof followList>): Promise<void> {
  const sidebar = inOrder(await readSidebar(app));
  for (const { events } of lists) {
    await events.until((seen) => inOrder(applyToList(seen)) === sidebar);
    if (events.items.every(({ event }) => event.type !== "reset")) expectUnbroken(events.items);
  }
}

test("two servers on one file: the readers of each hear of the other's writes, by every door, each once and in one order [FILE-9] [ORDER-3]", async () => {
  const databaseFile = join(makeTemporaryFolder(), "ai_desk.db");
  const one = await startApp({ databaseFile });
  const other = await startApp({ databaseFile });
  const both = [one, other];
  await createSession(one.url, { id: "s" });
  const readers = both.flatMap((app) => liveDoors.map((door) => follow(door, app)));
  const lists = both.map(followList);
  const chats = await Promise.all(both.map(({ wsUrl }) => openChat(wsUrl, "s")));
  await Promise.all(readers.map(({ events }) => events.count(1)));
  const count = 40;
  const sending = both.map(async ({ url }, index) => {
    for (let sent = 0; sent < count / 2; sent += 1) await send(url, "s", `${index} says ${sent}`);
  });
  await Promise.all(sending);
  await call(other.url, "PATCH", "/api/sessions/s", { title: "renamed by the other" });
  const expected = viewOf(await readSession(one.url, "s"));
  expect(expected.messages).toHaveLength(count);
  for (const reader of readers) {
    const seen = await seenUpTo(reader, count + 1);
    expectUnbroken(seen);
    expect(apply(seen)).toEqual(expected);
  }
  for (const { frames } of chats) {
    const shown = await frames.count(count);
    expect(shown.map(({ message }) => message?.id)).toEqual(expected.messages.map(({ id }) => id));
  }
  for (const [index, app] of both.entries()) await expectLists(app, lists[index] ?? []);
});

test.each([
  ["the next position", "(select seq + 1 from chatsession where id = 's')", 2],
  ["a position ahead", "(select seq + 5 from chatsession where id = 's')", 6],
])(
  "a message that a tool writes at %s is told, and stands in nobody's way [FILE-10]",
  async (_, seq, expected) => {
    const app = await startWithSession();
    await send(app.url, "s", "before");
    const readers = liveDoors.map((door) => follow(door, app));
    const lists = followList(app);
    await Promise.all(readers.map(({ events }) => events.count(1)));
    runInShell(app, insertMessage(seq, "by a tool"));
    for (const reader of readers) {
      const seen = await seenUpTo(reader, expected);
      expect(changesOf(seen).at(-1)).toMatchObject({ event: { message: { content: "by a tool" } } });
    }
    await expectLists(app, lists);
    await send(app.url, "s", "after");
    const view = viewOf(await readSession(app.url, "s"));
    expect(view.messages).toHaveLength(3);
    for (const reader of readers) {
      const seen = await seenUpTo(reader, expected + 1);
      expectUnbroken(seen);
      expect(apply(seen)).toEqual(view);
    }
  },
);

test("an append to a reply goes past what a tool has written, also before that is noticed [FILE-10] [REPLY-2]", async () => {
  const app = await startWithSession();
  const reply = await openReply(app.url);
  await reply.append("one ");
  const reader = follow(liveDoors[0] as (typeof liveDoors)[0], app);
  await reader.events.count(1);
  runInShell(app, insertMessage("(select seq + 1 from chatsession where id = 's')", "by a tool"));
  const { seq } = await reply.append("two");
  const seen = await seenUpTo(reader, seq);
  expectUnbroken(seen);
  const view = viewOf(await readSession(app.url, "s"));
  expect(view.messages.map(({ content }) => content)).toEqual(["one two", "by a tool"]);
  expect(apply(seen)).toEqual(view);
});

test("each kind of write goes past what a tool has written, also before that is noticed [FILE-10] [ORDER-1]", async () => {
  const app = await startWithSession();
  const { id } = await send(app.url, "s", "first");
  const reader = follow(liveDoors[0] as (typeof liveDoors)[0], app);
  await reader.events.count(1);
  const path = `/api/sessions/s/messages/${id}`;
  const next = "(select seq + 1 from chatsession where id = 's')";
  const writes = [
    () => call(app.url, "POST", "/api/sessions/s/messages", { content: "sent", sender: "user" }),
    () => call(app.url, "PATCH", path, { content: "edited" }),
    () => call(app.url, "PATCH", "/api/sessions/s", { title: "renamed" }),
    () => call(app.url, "DELETE", path),
  ];
  for (const [index, write] of writes.entries()) {
    runInShell(app, insertMessage(next, `stray ${index}`));
    expect((await write()).status).toBeLessThan(300);
  }
  const view = viewOf(await readSession(app.url, "s"));
  expect(view.messages.map(({ content }) => content)).toEqual([
    "stray 0",
    "sent",
    "stray 1",
    "stray 2",
    "stray 3",
  ]);
  const seen = await seenUpTo(reader, 1 + 2 * writes.length);
  expectUnbroken(seen);
  expect(apply(seen)).toEqual(view);
  runInShell(app, insertMessage(next, "last"));
  expect((await call(app.url, "DELETE", "/api/sessions/s")).status).toBe(204);
});

test("an edit in place is seen by all who come after it, whatever others began with before [FILE-10] [SLOW-5]", async () => {
  const app = await startWithSession();
  await send(app.url, "s", "secret");
  const before = liveDoors.map((door) => follow(door, app));
  await Promise.all(before.map(({ events }) => events.count(1)));
  runInShell(app, "update message set content = '[redacted]'");
  // A change of another session tells that the first was noticed.
  const told = listDoors[0]?.follow(app);
  await told?.events.count(1);
  runInShell(app, "insert into chatsession (id, title, created_at, ordinal) values ('t', '', '', 99)");
  await told?.events.until((seen) => applyToList(seen).has("t"));
  told?.stop();
  for (const door of liveDoors) {
    const [first] = await follow(door, app).events.count(1);
    expect(first).toMatchObject({ event: { session: { messages: [{ content: "[redacted]" }] } } });
  }
});

test("a session that a tool removes is gone for its readers and from the lists [FILE-10] [DELETED-1]", async () => {
  const app = await startWithSession();
  await createSession(app.url, { id: "stays" });
  await send(app.url, "s", "one");
  await send(app.url, "stays", "the last change of all");
  const readers = liveDoors.map((door) => ({ door, reader: follow(door, app) }));
  const lists = followList(app);
  await Promise.all([...readers.map(({ reader }) => reader), ...lists].map(({ events }) => events.count(1)));
  runInShell(app, "delete from chatsession where id = 's'");
  const ends = await Promise.all(readers.map(({ reader }) => reader.ended));
  expect(ends.filter((end) => !["NOT_FOUND", "4504", "cut"].includes(end))).toEqual([]);
  for (const { events } of lists) {
    await events.until((seen) => seen.at(-1)?.event.type === "reset");
    expect([...applyToList(events.items).keys()]).toEqual(["stays"]);
  }
});

test("an id that is made anew after a tool removed its session begins empty, at positions of its own [FILE-10] [ORDER-2]", async () => {
  const app = await startWithSession();
  for (const content of ["one", "two", "three"]) await send(app.url, "s", content);
  await call(app.url, "PATCH", "/api/sessions/s", { title: "position 4" });
  const reader = follow(liveDoors[0] as (typeof liveDoors)[0], app);
  const [snapshot] = await reader.events.count(1);
  runInShell(app, "delete from chatsession where id = 's'");
  await createSession(app.url, { id: "s", title: "anew" });
  await send(app.url, "s", "new");
  expect(viewOf(await readSession(app.url, "s"))).toMatchObject({
    title: "anew",
    messages: [{ content: "new" }],
  });
  const late = follow(liveDoors[0] as (typeof liveDoors)[0], app, snapshot?.position);
  const [first] = await late.events.count(1);
  expect(first).toMatchObject({ event: { type: "reset", session: { title: "anew" } } });
  expect(first?.event.seq).toBeGreaterThan(4);
  // Who followed it all the time begins anew too, or has been told that it is gone.
  const last = await Promise.race([
    reader.ended,
    reader.events.until((seen) => seen.some(({ event }) => event.type === "reset")).then(() => "reset"),
  ]);
  expect(["reset", "NOT_FOUND"]).toContain(last);
});

test("a reader whose log falls back behind it begins anew [FILE-10] [RESET-1]", async () => {
  const app = await startWithSession();
  for (const content of ["one", "two", "three"]) await send(app.url, "s", content);
  const readers = liveDoors.map((door) => follow(door, app));
  await Promise.all(readers.map(({ events }) => events.count(1)));
  runInShell(app, "delete from message where seq > 1; update chatsession set seq = 1 where id = 's'");
  for (const { events } of readers) {
    const seen = await events.until((all) => all.some(({ event }) => event.type === "reset"));
    expect(seen.at(-1)).toMatchObject({ event: { seq: 1, session: { messages: [{ content: "one" }] } } });
  }
  await send(app.url, "s", "again");
  for (const { events } of readers) {
    const seen = await events.until((all) => all.at(-1)?.event.type === "message");
    expect(seen.at(-1)).toMatchObject({ event: { seq: 2, prev: 1 } });
  }
});

test("what a tool has written while no server had the file is told to those who come back [FILE-10] [RESUME-1]", async () => {
  const databaseFile = join(makeTemporaryFolder(), "ai_desk.db");
  const before = await startApp({ databaseFile });
  await createSession(before.url, { id: "s" });
  await send(before.url, "s", "before");
  const [position] = await follow(liveDoors[0] as (typeof liveDoors)[0], before).events.count(1);
  await before.app.close();
  runInShell(before, insertMessage(2, "meanwhile"));
  const app = await startApp({ databaseFile });
  for (const door of liveDoors) {
    const seen = await seenUpTo(follow(door, app, position?.position), 2);
    expect(seen.find(({ event }) => event.seq === 2)).toMatchObject({ event: { message: { id: 2 } } });
  }
});

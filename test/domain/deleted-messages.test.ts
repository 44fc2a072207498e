import { expect, test } from "vitest";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import { deleteMessage } from "../../server/domain/delete-message.ts";
import { deleteSession } from "../../server/domain/delete-session.ts";
import type { Desk } from "../../server/domain/desk.ts";
import { followMessages } from "../support/follow-messages.ts";
import { followList } from "../../server/domain/list-log.ts";
import { followSession, SessionLog } from "../../server/domain/session-log.ts";
import { updateMessage } from "../../server/domain/update-message.ts";
import { openDesk } from "../support/desk.ts";
import { getSession, listMessages, listSessions } from "../support/whole-answers.ts";

/** More than are removed with their session. */
const oldContents = Array.from({ length: 250 }, (_, index) => `old ${index}`);

async function fill(desk: Desk, sessionId: string, contents: string[], keyPrefix = "key"): Promise<void> {
  await Promise.all(
    contents.map((content, index) =>
      addMessage(desk, { session_id: sessionId, content, sender: "user", key: `${keyPrefix} ${index}` }),
    ),
  );
}

/** A desk on which the messages of the session `s` are left when it is deleted, until `purge` is called. */
async function openDeskThatLeaves(): Promise<{ desk: Desk; purge: () => void }> {
  const inner = await openDesk();
  const desk = { ...inner, database: { ...inner.database, purge: () => undefined } };
  await createSession(desk, { id: "s" });
  await fill(desk, "s", oldContents);
  await deleteSession(desk, "s");
  expect(await countRows(desk, "s")).toBe(150);
  return { desk, purge: () => inner.database.purge() };
}

async function countRows({ database }: Desk, sessionId: string): Promise<number> {
  const rows = await database.read
    .selectFrom("message")
    .select("id")
    .where("session_id", "=", sessionId)
    .execute();
  return rows.length;
}

async function codeOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => "done",
    (error: { code: unknown }) => error.code,
  );
}

/** The events of a stream up to and with `caught_up`. */
async function catchUp<Event extends { type: string }>(
  stream: AsyncIterable<{ event: Event }>,
): Promise<Event[]> {
  const events: Event[] = [];
  for await (const { event } of stream) {
    events.push(event);
    if (event.type === "caught_up") break;
  }
  return events;
}

const { signal } = new AbortController();
const last = { session_id: "s", message_id: 250 };

test("nobody is shown a message whose session is deleted and whose row is still there [DELETED-2]", async () => {
  const { desk } = await openDeskThatLeaves();
  expect(await codeOf(getSession(desk, "s"))).toBe("NOT_FOUND");
  expect(await codeOf(listMessages(desk, "s"))).toBe("NOT_FOUND");
  expect(await codeOf(updateMessage(desk, { ...last, content: "edited" }))).toBe("NOT_FOUND");
  expect(await codeOf(deleteMessage(desk, last))).toBe("NOT_FOUND");
  const repeat = { session_id: "s", content: "old 249", sender: "user", key: "key 249" } as const;
  expect(await codeOf(addMessage(desk, repeat))).toBe("NOT_FOUND");
  expect(await new SessionLog(desk, "s").readSnapshot()).toBeUndefined();
  expect(await listSessions(desk)).toEqual([]);
  expect(await catchUp(followList(desk, { after: undefined, signal }))).toMatchObject([{ sessions: [] }, {}]);
});

test("a session that is made anew meanwhile has nothing of its past life, through any door [DELETED-2]", async () => {
  const { desk } = await openDeskThatLeaves();
  await createSession(desk, { id: "s", title: "Anew" });
  expect((await getSession(desk, "s")).messages).toEqual([]);
  expect(await listMessages(desk, "s")).toEqual([]);
  expect(await listMessages(desk, "s", 1000)).toEqual([]);
  const follow = { sessionId: "s", signal };
  const snapshot = { session: { title: "Anew", messages: [] }, has_earlier: false };
  expect(await catchUp(followSession(desk, { ...follow, after: undefined }))).toMatchObject([snapshot, {}]);
  expect(await catchUp(followSession(desk, { ...follow, after: "0" }))).toMatchObject([
    { type: "session", session: { title: "Anew" } },
    { type: "caught_up" },
  ]);
  expect(await listSessions(desk)).toMatchObject([{ id: "s", messages: [] }]);
  const listed = { id: "s", last_message: null };
  expect(await catchUp(followList(desk, { after: undefined, signal }))).toMatchObject([
    { sessions: [listed] },
    {},
  ]);
  expect(await catchUp(followList(desk, { after: "0", signal }))).toMatchObject([{ session: listed }, {}]);
  expect(await codeOf(updateMessage(desk, { ...last, content: "edited" }))).toBe("NOT_FOUND");
  expect(await codeOf(deleteMessage(desk, last))).toBe("NOT_FOUND");
});

test("a session that is made anew meanwhile keeps its own messages, also under keys of its past life [DELETED-2] [KEY-1]", async () => {
  const { desk, purge } = await openDeskThatLeaves();
  await createSession(desk, { id: "s", title: "Anew" });
  const contents = oldContents.map((_, index) => `new ${index}`);
  await fill(desk, "s", contents);
  // Each is now known by its key.
  await fill(desk, "s", contents);
  const shown = async (): Promise<string[]> =>
    (await getSession(desk, "s")).messages.map(({ content }) => content);
  expect(await shown()).toEqual(contents);
  const replayed: string[] = [];
  for await (const { content } of followMessages(desk, { sessionId: "s", afterId: "first", signal })) {
    if (replayed.push(content) === contents.length) break;
  }
  expect(replayed).toEqual(contents);
  const { session, has_earlier } = (await new SessionLog(desk, "s").readSnapshot()) ?? {};
  expect([session?.messages[0]?.content, has_earlier]).toEqual(["new 150", true]);
  await createSession(desk, { id: "other" });
  purge();
  await expect.poll(() => countRows(desk, "s")).toBe(contents.length);
  expect(await shown()).toEqual(contents);
});

test("a session may be deleted again while messages of its past life are left [DELETED-2]", async () => {
  const { desk, purge } = await openDeskThatLeaves();
  await createSession(desk, { id: "s" });
  await fill(desk, "s", oldContents, "another");
  await deleteSession(desk, "s");
  expect(await countRows(desk, "s")).toBe(300);
  expect(await codeOf(getSession(desk, "s"))).toBe("NOT_FOUND");
  await createSession(desk, { id: "s" });
  expect((await getSession(desk, "s")).messages).toEqual([]);
  purge();
  await expect.poll(() => countRows(desk, "s")).toBe(0);
});

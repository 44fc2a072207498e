import { expect, test } from "vitest";
import { createSqliteStore } from "../../db/sqlite/sqlite-store.ts";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import { deleteMessage } from "../../server/domain/delete-message.ts";
import { deleteSession } from "../../server/domain/delete-session.ts";
import type { Services } from "../../server/domain/services.ts";
import { followMessages } from "../support/follow-messages.ts";
import { followList } from "../../server/domain/list-log.ts";
import { followSession, SessionLog } from "../../server/domain/session-log.ts";
import { updateMessage } from "../../server/domain/update-message.ts";
import type { OpenedServices } from "../support/services.ts";
import { openServices, servicesOn } from "../support/services.ts";
import { getSession, listMessages, listSessions } from "../support/whole-answers.ts";

/** More than are removed with their session. */
const oldContents = Array.from({ length: 250 }, (_, index) => `old ${index}`);

async function fill(
  services: Services,
  sessionId: string,
  contents: string[],
  keyPrefix = "key",
): Promise<void> {
  await Promise.all(
    contents.map((content, index) =>
      addMessage(services, { session_id: sessionId, content, sender: "user", key: `${keyPrefix} ${index}` }),
    ),
  );
}

/** Services on which the messages of the session `s` are left when it is deleted, until `purge` is called. */
async function openLeaving(): Promise<{ services: OpenedServices; purge: () => void }> {
  const inner = await openServices();
  const leaving = createSqliteStore({ ...inner.database, purge: () => undefined });
  const services = { ...inner, ...servicesOn(leaving) };
  await createSession(services, { id: "s" });
  await fill(services, "s", oldContents);
  await deleteSession(services, "s");
  expect(await countRows(services, "s")).toBe(150);
  return { services, purge: () => inner.database.purge() };
}

async function countRows({ database }: OpenedServices, sessionId: string): Promise<number> {
  const rows = await database.read.builder
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
  const { services } = await openLeaving();
  expect(await codeOf(getSession(services, "s"))).toBe("NOT_FOUND");
  expect(await codeOf(listMessages(services, "s"))).toBe("NOT_FOUND");
  expect(await codeOf(updateMessage(services, { ...last, content: "edited" }))).toBe("NOT_FOUND");
  expect(await codeOf(deleteMessage(services, last))).toBe("NOT_FOUND");
  const repeat = { session_id: "s", content: "old 249", sender: "user", key: "key 249" } as const;
  expect(await codeOf(addMessage(services, repeat))).toBe("NOT_FOUND");
  expect(await new SessionLog(services, "s").readSnapshot()).toBeUndefined();
  expect(await listSessions(services)).toEqual([]);
  expect(await catchUp(followList(services, { after: undefined, signal }))).toMatchObject([
    { sessions: [] },
    {},
  ]);
});

test("a session that is made anew meanwhile has nothing of its past life, through any door [DELETED-2]", async () => {
  const { services } = await openLeaving();
  await createSession(services, { id: "s", title: "Anew" });
  expect((await getSession(services, "s")).messages).toEqual([]);
  expect(await listMessages(services, "s")).toEqual([]);
  expect(await listMessages(services, "s", 1000)).toEqual([]);
  const follow = { sessionId: "s", signal };
  const snapshot = { session: { title: "Anew", messages: [] }, has_earlier: false };
  expect(await catchUp(followSession(services, { ...follow, after: undefined }))).toMatchObject([
    snapshot,
    {},
  ]);
  expect(await catchUp(followSession(services, { ...follow, after: "0" }))).toMatchObject([
    { type: "session", session: { title: "Anew" } },
    { type: "caught_up" },
  ]);
  expect(await listSessions(services)).toMatchObject([{ id: "s", messages: [] }]);
  const listed = { id: "s", last_message: null };
  expect(await catchUp(followList(services, { after: undefined, signal }))).toMatchObject([
    { sessions: [listed] },
    {},
  ]);
  expect(await catchUp(followList(services, { after: "0", signal }))).toMatchObject([
    { session: listed },
    {},
  ]);
  expect(await codeOf(updateMessage(services, { ...last, content: "edited" }))).toBe("NOT_FOUND");
  expect(await codeOf(deleteMessage(services, last))).toBe("NOT_FOUND");
});

test("a session that is made anew meanwhile keeps its own messages, also under keys of its past life [DELETED-2] [KEY-1]", async () => {
  const { services, purge } = await openLeaving();
  await createSession(services, { id: "s", title: "Anew" });
  const contents = oldContents.map((_, index) => `new ${index}`);
  await fill(services, "s", contents);
  // Each is now known by its key.
  await fill(services, "s", contents);
  const shown = async (): Promise<string[]> =>
    (await getSession(services, "s")).messages.map(({ content }) => content);
  expect(await shown()).toEqual(contents);
  const replayed: string[] = [];
  for await (const { content } of followMessages(services, { sessionId: "s", after: "first", signal })) {
    if (replayed.push(content) === contents.length) break;
  }
  expect(replayed).toEqual(contents);
  const { session, has_earlier } = (await new SessionLog(services, "s").readSnapshot()) ?? {};
  expect([session?.messages[0]?.content, has_earlier]).toEqual(["new 150", true]);
  await createSession(services, { id: "other" });
  purge();
  await expect.poll(() => countRows(services, "s")).toBe(contents.length);
  expect(await shown()).toEqual(contents);
});

test("a session may be deleted again while messages of its past life are left [DELETED-2]", async () => {
  const { services, purge } = await openLeaving();
  await createSession(services, { id: "s" });
  await fill(services, "s", oldContents, "another");
  await deleteSession(services, "s");
  expect(await countRows(services, "s")).toBe(300);
  expect(await codeOf(getSession(services, "s"))).toBe("NOT_FOUND");
  await createSession(services, { id: "s" });
  expect((await getSession(services, "s")).messages).toEqual([]);
  purge();
  await expect.poll(() => countRows(services, "s")).toBe(0);
});

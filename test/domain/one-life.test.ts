import { describe, expect, test } from "vitest";
import { streamUpdatedSession } from "../../server/domain/answers-in-pieces.ts";
import { addMessage } from "../../server/domain/add-message.ts";
import { AppError } from "../../server/contract/app-error.ts";
import { createSession } from "../../server/domain/create-session.ts";
import { deleteMessage } from "../../server/domain/delete-message.ts";
import { deleteSession } from "../../server/domain/delete-session.ts";
import type { OpenedServices } from "../support/services.ts";
import { followMessages } from "../support/follow-messages.ts";
import { followSession } from "../../server/domain/session-log.ts";
import { updateMessage } from "../../server/domain/update-message.ts";
import type { Session } from "../../server/contract/session.ts";
import { actAfterRead, openServices } from "../support/services.ts";
import { getSession, listMessages, listSessions, readWhole } from "../support/whole-answers.ts";

/** More than any of these answers reads, so that the last act when all is read. */
const moments = Array.from({ length: 8 }, (_, index) => index + 1);

const filler = "x".repeat(37_500);
/** Three chunks: ten messages, and two of 128 KiB at most. */
const contents = Array.from({ length: 15 }, (_, index) => `old ${index}${index < 10 ? "" : filler}`);
const newContents = Array.from({ length: 30 }, (_, index) => `new ${index}`);

async function openFilledDesk(): Promise<OpenedServices> {
  const services = { ...(await openServices()), maxMessageChars: 1_000_000 };
  await createSession(services, { id: "before" });
  await createSession(services, { id: "s" });
  await fill(services, contents);
  await createSession(services, { id: "after" });
  return services;
}

async function fill(services: OpenedServices, texts: string[]): Promise<void> {
  await Promise.all(
    texts.map((content) => addMessage(services, { session_id: "s", content, sender: "user" })),
  );
}

function contentsOf(messages: readonly { content: string }[]): string[] {
  return messages.map(({ content }) => content);
}

/** How an answer that was not cut ends for its reader. */
async function outcomeOf<Answer>(answer: Promise<Answer>): Promise<Answer | string> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

/** All that a stream gives until it has sent what there was, or has ended. */
async function replay(services: OpenedServices): Promise<string[]> {
  const stop = new AbortController();
  const texts: string[] = [];
  for await (const { content } of followMessages(services, {
    sessionId: "s",
    after: "first",
    signal: stop.signal,
  })) {
    texts.push(content);
    if (texts.length === contents.length) stop.abort();
  }
  return texts;
}

/** The contents that a stream from position 0 shows up to its `caught_up`. */
async function catchUp(services: OpenedServices): Promise<string[]> {
  const stop = new AbortController();
  const texts: string[] = [];
  for await (const { event } of followSession(services, {
    sessionId: "s",
    after: "0",
    signal: stop.signal,
  })) {
    if (event.type === "session_deleted") return ["ended"];
    if (event.type === "reset") texts.splice(0, texts.length, ...contentsOf(event.session.messages));
    if (event.type === "message") texts.push(event.message.content);
    if (event.type === "caught_up") return texts;
  }
  return texts;
}

async function list(services: OpenedServices): Promise<[string, string[]][]> {
  return (await listSessions(services)).map(({ id, messages }) => [id, contentsOf(messages)]);
}

/** The allowed views of a session that is deleted, and perhaps made anew, while it is read. */
const oneLife = (again: boolean): unknown[] => [contents, "NOT_FOUND", ...(again ? [newContents] : [])];

describe.each([false, true])("a session that is deleted, and made anew: %s", (again) => {
  async function openDying(moment: number): Promise<OpenedServices> {
    const inner = await openFilledDesk();
    return actAfterRead(inner, moment, async () => {
      await deleteSession(inner, "s");
      if (!again) return;
      await createSession(inner, { id: "s", title: "Anew" });
      await fill(inner, newContents);
    }).services;
  }

  test.each(moments)("after read %i, is answered whole or not at all [LIFE-1] [LIFE-2]", async (moment) => {
    const session = await outcomeOf(getSession(await openDying(moment), "s"));
    expect(oneLife(again)).toContainEqual(
      typeof session === "string" ? session : contentsOf(session.messages),
    );
    if (typeof session !== "string") {
      expect(session.title).toBe(session.messages[0]?.content === "new 0" ? "Anew" : "New chat");
    }
  });

  test.each(moments)("after read %i, is renamed and answered, or not at all [LIFE-2]", async (moment) => {
    const renamed = readWhole<Session>(
      streamUpdatedSession(await openDying(moment), { session_id: "s", title: "Renamed" }),
    );
    const session = await outcomeOf(renamed);
    if (typeof session === "string") expect(session).toBe("NOT_FOUND");
    else expect([session.title, contentsOf(session.messages)]).toEqual(["Renamed", contents]);
  });

  test.each(moments)("after read %i, has its page whole or not at all [LIFE-2]", async (moment) => {
    const page = await outcomeOf(listMessages(await openDying(moment), "s"));
    expect(oneLife(again)).toContainEqual(typeof page === "string" ? page : contentsOf(page));
  });

  test.each(moments)("after read %i, is whole in a list, not in it, or cuts it [LIFE-3]", async (moment) => {
    const sessions = await outcomeOf(list(await openDying(moment)));
    if (typeof sessions === "string") return expect(sessions).toBe("NOT_FOUND");
    expect(sessions.filter(([id]) => id !== "s")).toEqual([
      ["after", []],
      ["before", []],
    ]);
    for (const [id, texts] of sessions) if (id === "s") expect(oneLife(again)).toContainEqual(texts);
  });

  test.each(moments)(
    "after read %i, is replayed in its order and ends, never mixed [LIFE-2]",
    async (moment) => {
      const texts = await outcomeOf(replay(await openDying(moment)));
      if (typeof texts === "string") expect(texts).toBe("NOT_FOUND");
      else expect([contents, newContents].some((whole) => isStartOf(texts, whole))).toBe(true);
    },
  );

  test.each(moments)(
    "after read %i, is never said to be caught up on what was not sent [LIFE-2]",
    async (moment) => {
      const texts = await outcomeOf(catchUp(await openDying(moment)));
      expect([...oneLife(again), ["ended"]]).toContainEqual(texts);
    },
  );
});

function isStartOf(texts: readonly string[], whole: readonly string[]): boolean {
  return texts.every((text, index) => text === whole[index]);
}

test.each(moments)(
  "messages added after read %i of a session are left out, edits and deletions may show [LIFE-1]",
  async (moment) => {
    const inner = await openFilledDesk();
    const items = await listMessages(inner, "s");
    const [edited = 0, removed = 0] = [items[13]?.id, items[14]?.id];
    const { services } = actAfterRead(inner, moment, async () => {
      await addMessage(inner, { session_id: "s", content: "added", sender: "user" });
      await updateMessage(inner, { session_id: "s", message_id: edited, content: "edited" });
      await deleteMessage(inner, { session_id: "s", message_id: removed });
    });
    const texts = contentsOf((await getSession(services, "s")).messages);
    const [last, beforeLast] = [contents[14] ?? "", contents[13] ?? ""];
    const kept = texts.filter((text) => text !== last);
    expect(kept.slice(0, 13)).toEqual(contents.slice(0, 13));
    expect([beforeLast, "edited"]).toContain(kept[13]);
    // It is there where the session was read after it was added.
    expect(kept.slice(14).every((text) => text === "added" && !texts.includes(last))).toBe(true);
  },
);

import { fromThreadMessageLike } from "@assistant-ui/react";
import { expect, onTestFinished, test } from "vitest";
import { aiDeskThreadListAdapter } from "../../../client-sdk/src/assistant-ui/index.ts";
import { createChat } from "../../../client-sdk/src/index.ts";
import { startApp } from "../../support/start-app.ts";

async function openThreads() {
  const { url } = await startApp();
  const chat = createChat({ url });
  onTestFinished(() => chat.close());
  return { chat, threads: aiDeskThreadListAdapter(chat) };
}

test("the threads are the sessions, page by page, the most recently active first", async () => {
  const { chat, threads } = await openThreads();
  for (let number = 1; number <= 51; number += 1)
    await chat.rpc.session.create.mutate({ id: `s${number}`, title: `Session ${number}` });
  await chat.rpc.message.add.mutate({
    session_id: "s1",
    sender: "user",
    content: "Hi",
    timestamp: "2026-01-02T03:04:05Z",
  });
  const { threads: first, nextCursor } = await threads.list();
  expect(first).toHaveLength(50);
  expect(first[0]).toEqual({
    status: "regular",
    remoteId: "s1",
    title: "Session 1",
    lastMessageAt: new Date("2026-01-02T03:04:05Z"),
  });
  const last = await threads.list({ after: nextCursor });
  expect(last).toEqual({
    threads: [{ status: "regular", remoteId: "s2", title: "Session 2" }],
    nextCursor: undefined,
  });
});

test("a new thread is a session, which is renamed and deleted; deleting it again is a success", async () => {
  const { chat, threads } = await openThreads();
  const { remoteId } = await threads.initialize("local");
  await threads.rename(remoteId, "Plans");
  expect(await threads.fetch(remoteId)).toEqual({ status: "regular", remoteId, title: "Plans" });
  await threads.delete(remoteId);
  await threads.delete(remoteId);
  expect((await chat.rpc.session.list.query()).items).toEqual([]);
});

test("the title comes from the first message of the user, and is stored before it shows", async () => {
  const { chat, threads } = await openThreads();
  const { remoteId } = await threads.initialize("local");
  const question = fromThreadMessageLike({ role: "user", content: "How?\nTell me." }, "q", {
    type: "complete",
    reason: "stop",
  });
  const stream = await threads.generateTitle(remoteId, [question]);
  expect((await chat.rpc.session.get.query({ session_id: remoteId })).title).toBe("How?");
  const texts: string[] = [];
  for await (const chunk of stream) if (chunk.type === "text-delta") texts.push(chunk.textDelta);
  expect(texts).toEqual(["How?"]);
});

test("an archive is refused with a sentence", async () => {
  const { threads } = await openThreads();
  await expect(threads.archive("s")).rejects.toThrow("AI Desk has no archive");
});

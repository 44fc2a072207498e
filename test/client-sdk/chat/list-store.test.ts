import { expect, onTestFinished, test } from "vitest";
import { ChatFailure } from "../../../client-sdk/src/chat/chat-error.ts";
import type { ListSnapshot } from "../../../client-sdk/src/chat/list-store.ts";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import type { ListedSession } from "../../../client-sdk/src/chat/wire.ts";
import { until } from "./support/open-chat.ts";
import { openScripted } from "./support/open-scripted.ts";
import { ScriptedLine } from "./support/scripted-line.ts";

function session(id: string, activity: number, title = id): ListedSession {
  return { id, title, created_at: "", activity_seq: activity, last_message: null };
}

const refusal = new ChatFailure({ kind: "refused", code: "FORBIDDEN", message: "No.", retryable: false });

async function openLive(cursor: string | null = null) {
  const opened = openScripted();
  const { line, chat } = opened;
  const list = chat.sessions();
  onTestFinished(list.subscribe(() => undefined));
  await expect.poll(() => line.open).toBe(1);
  const sessions = [session("b", 9), session("a", 8)];
  line.tell({ type: "snapshot", seq: 9, epoch: "e", sessions, next_cursor: cursor });
  line.setStatus("live");
  await until(list, ({ status }) => status === "live");
  return { ...opened, list };
}

const isShowing =
  (...titles: string[]) =>
  ({ sessions }: ListSnapshot) =>
    JSON.stringify(sessions.map(({ title }) => title)) === JSON.stringify(titles);

test("a new session shows at once at the top, and once when the log tells of it", async () => {
  const { list, calls, line } = await openLive();
  const id = list.create({ title: "Mine" });
  const { sessions } = await until(list, isShowing("Mine", "b", "a"));
  expect(sessions[0]).toMatchObject({ id, delivery: "pending" });
  const call = await calls.next();
  expect(call.input).toMatchObject({ id, title: "Mine" });
  line.tell({ type: "session", seq: 10, session: session(id, 10, "Mine") });
  await until(list, (state) => state.sessions[0]?.delivery === "sent" && isShowing("Mine", "b", "a")(state));
  call.fail(new ChatFailure({ kind: "refused", code: "CONFLICT", message: "It exists.", retryable: false }));
  await chatIsDrained(list, id);
});

async function chatIsDrained(list: { getSnapshot(): ListSnapshot }, id: string): Promise<void> {
  await expect
    .poll(() => list.getSnapshot().sessions.find((shown) => shown.id === id))
    .toMatchObject({ delivery: "sent" });
}

test("a session whose making is refused says why, and is made again by retry", async () => {
  const { list, calls } = await openLive();
  const id = list.create({ title: "Mine" });
  (await calls.next()).fail(refusal);
  const { sessions } = await until(list, (state) => state.sessions[0]?.delivery === "failed");
  expect(sessions[0]).toMatchObject({ id, error: { code: "FORBIDDEN" } });
  list.retry(id);
  await until(list, (state) => state.sessions[0]?.delivery === "pending");
  expect((await calls.next()).input).toMatchObject({ id });
});

test("a session that is removed before it is made is never made, and its messages are not sent [CHANGE-2]", async () => {
  const { list, calls, chat, sender } = await openLive();
  sender.pause();
  const id = list.create({ title: "Mine" });
  const sent = chat.session(id).send("Hello");
  await until(list, isShowing("Mine", "b", "a"));
  await list.remove(id);
  await expect(sent).rejects.toMatchObject({ kind: "aborted" });
  sender.resume();
  await chat.drain();
  expect(calls.waiting).toBe(0);
  await until(list, isShowing("b", "a"));
});

test("a rename shows at once, also in the open session, and is rolled back when it is refused [CHANGE-2]", async () => {
  const { list, calls } = await openLive();
  const renamed = list.rename("a", "new");
  await until(list, isShowing("b", "new"));
  (await calls.next()).answer({ id: "a", title: "new", created_at: "" });
  await renamed;
  await until(list, isShowing("b", "new"));
  const refused = list.rename("a", "newer");
  await until(list, isShowing("b", "newer"));
  (await calls.next()).fail(refusal);
  await expect(refused).rejects.toMatchObject({ code: "FORBIDDEN" });
  const { sessions } = await until(list, isShowing("b", "new"));
  expect(sessions[1]).toMatchObject({ error: { code: "FORBIDDEN" } });
});

test("of two quick renames the last one stands", async () => {
  const { list, calls } = await openLive();
  void list.rename("a", "first");
  void list.rename("a", "second");
  await until(list, isShowing("b", "second"));
  const first = await calls.next();
  expect(calls.waiting).toBe(0);
  first.answer({ id: "a", title: "first", created_at: "" });
  const second = await calls.next();
  expect(second.input).toEqual({ session_id: "a", title: "second" });
  second.answer({ id: "a", title: "second", created_at: "" });
  await until(list, isShowing("b", "second"));
});

test("a removed session is gone at once, stays gone until the log tells, and is back when that is refused [CHANGE-2]", async () => {
  const { list, calls, line } = await openLive();
  const removed = list.remove("a");
  await until(list, isShowing("b"));
  (await calls.next()).answer(undefined);
  await removed;
  line.tell({ type: "session", seq: 10, session: session("c", 10) });
  await until(list, isShowing("c", "b"));
  line.tell({ type: "session_deleted", seq: 11, session_id: "a" });
  const refused = list.remove("b");
  await until(list, isShowing("c"));
  (await calls.next()).fail(refusal);
  await expect(refused).rejects.toMatchObject({ code: "FORBIDDEN" });
  await until(list, isShowing("c", "b"));
});

test("more sessions are loaded by the cursor", async () => {
  const { list, calls } = await openLive("8");
  expect(list.getSnapshot().hasMore).toBe(true);
  const loading = list.loadMore();
  const call = await calls.next();
  expect(call.input).toEqual({ order: "activity", cursor: "8", limit: 50 });
  call.answer({ items: [session("old", 3)], next_cursor: null });
  await loading;
  expect((await until(list, isShowing("b", "a", "old"))).hasMore).toBe(false);
});

test("a reload shows the list before the network answers, and resumes at its position without the further pages [KEPT-1]", async () => {
  const storage = createMemoryStorage();
  const first = openScripted({ storage });
  const list = first.chat.sessions();
  onTestFinished(list.subscribe(() => undefined));
  await expect.poll(() => first.line.open).toBe(1);
  first.line.tell({ type: "snapshot", seq: 9, epoch: "e", sessions: [session("b", 9)], next_cursor: "9" });
  void list.loadMore();
  (await first.calls.next()).answer({ items: [session("old", 3)], next_cursor: null });
  await until(list, isShowing("b", "old"));
  await first.chat.close();

  const line = new ScriptedLine();
  const second = openScripted({ storage, line }).chat.sessions();
  expect((await until(second, ({ isLoaded }) => isLoaded)).hasMore).toBe(true);
  await until(second, isShowing("b"));
  onTestFinished(second.subscribe(() => undefined));
  await expect.poll(() => line.subscriptions.at(-1)).toBe("e:9");
});

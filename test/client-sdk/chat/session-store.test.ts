import { expect, onTestFinished, test } from "vitest";
import { ChatFailure } from "../../../client-sdk/src/chat/chat-error.ts";
import type { ChatError } from "../../../client-sdk/src/chat/chat-error.ts";
import { ChatState } from "../../../client-sdk/src/chat/chat-state.ts";
import type { ChatStateOptions } from "../../../client-sdk/src/chat/chat-state.ts";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import type { Message } from "../../../client-sdk/src/chat/wire.ts";
import { until } from "./support/open-chat.ts";
import { ScriptedLine } from "./support/scripted-line.ts";
import { ScriptedRpc } from "./support/scripted-rpc.ts";
import { Tabs } from "./support/tabs.ts";

const head = { id: "s", title: "Title", created_at: "2026-01-01T00:00:00Z" };

function message(id: number, seq: number, content = `message ${id}`): Message {
  return {
    id,
    seq,
    content,
    key: `key-${id}`,
    session_id: "s",
    sender: "user",
    timestamp: "2026-01-01T00:00:00Z",
  };
}

function refusal(code: "CONFLICT" | "NOT_FOUND" | "FORBIDDEN"): ChatError {
  return { kind: "refused", code, message: code, retryable: false };
}

function open(options: Partial<ChatStateOptions> = {}) {
  const line = new ScriptedLine();
  const calls = new ScriptedRpc();
  const frames: (() => void)[] = [];
  const chat = new ChatState({
    line,
    rpc: calls.rpc,
    sender: new Tabs().open(),
    storage: createMemoryStorage(),
    url: "http://test",
    schedule: (run) => setImmediate(run),
    graceMs: 0,
    pauses: { baseMs: 1, capMs: 1 },
    ...options,
  });
  onTestFinished(() => chat.close());
  return { line, calls, frames, chat, store: chat.session("s") };
}

/** A store that shows messages 1 to 3 of a log at 10. */
async function openLive(options: Partial<ChatStateOptions> = {}) {
  const opened = open(options);
  const { line, store } = opened;
  onTestFinished(store.subscribe(() => undefined));
  await expect.poll(() => line.open).toBe(1);
  const messages = [message(1, 1), message(2, 2), message(3, 3)];
  line.tell({ type: "snapshot", seq: 10, epoch: "e", session: { ...head, messages }, has_earlier: false });
  line.tell({ type: "caught_up", seq: 10, epoch: "e" });
  line.setStatus("live");
  await until(store, ({ status }) => status === "live");
  const shown = () => store.getSnapshot().messages.map(({ content }) => content);
  return { ...opened, shown };
}

const isShowing =
  (...contents: string[]) =>
  ({ messages }: { messages: readonly { content: string }[] }) =>
    JSON.stringify(messages.map(({ content }) => content)) === JSON.stringify(contents);

test("an edit shows at once, carries the seq that it is based on, and stays when the server agrees", async () => {
  const { store, calls } = await openLive();
  const edited = store.edit("key-2", "edited");
  await until(store, isShowing("message 1", "edited", "message 3"));
  const call = await calls.next();
  expect(call.input).toEqual({ session_id: "s", message_id: 2, content: "edited", if_seq: 2 });
  call.answer(message(2, 11, "edited"));
  expect(await edited).toMatchObject({ seq: 11 });
  const { messages } = await until(store, (state) => state.messages[1]?.seq === 11);
  expect(messages[1]).toMatchObject({ content: "edited", delivery: "sent" });
});

test("an edit that others were faster than yields to theirs, and says so", async () => {
  const { store, calls, line } = await openLive();
  const edited = store.edit("key-2", "mine");
  const call = await calls.next();
  line.tell({ type: "message", seq: 11, message: message(2, 11, "theirs") });
  await until(store, isShowing("message 1", "theirs", "message 3"));
  call.fail(new ChatFailure(refusal("CONFLICT")));
  await expect(edited).rejects.toMatchObject({ code: "CONFLICT" });
  const { messages } = await until(store, (state) => state.messages[1]?.error !== undefined);
  expect(messages[1]).toMatchObject({ content: "theirs", delivery: "sent", error: { code: "CONFLICT" } });
});

test("an edit is repeated while its outcome is unknown, and rolled back when it is refused", async () => {
  const { store, calls } = await openLive();
  const edited = store.edit("key-2", "mine");
  (await calls.next()).fail(new TypeError("fetch failed"));
  await until(store, isShowing("message 1", "mine", "message 3"));
  (await calls.next()).fail(new ChatFailure(refusal("FORBIDDEN")));
  await expect(edited).rejects.toMatchObject({ code: "FORBIDDEN" });
  await until(store, isShowing("message 1", "message 2", "message 3"));
});

test("a second edit waits for the first and is based on it", async () => {
  const { store, calls } = await openLive();
  void store.edit("key-2", "first");
  void store.edit("key-2", "second");
  await until(store, isShowing("message 1", "second", "message 3"));
  const first = await calls.next();
  expect(calls.waiting).toBe(0);
  first.answer(message(2, 11, "first"));
  expect((await calls.next()).input).toMatchObject({ content: "second", if_seq: 11 });
  await until(store, isShowing("message 1", "second", "message 3"));
});

test("a removed message is gone at once, and back when the removal is refused", async () => {
  const { store, calls } = await openLive();
  const removed = store.remove("key-2");
  await until(store, isShowing("message 1", "message 3"));
  (await calls.next()).fail(new ChatFailure(refusal("FORBIDDEN")));
  await expect(removed).rejects.toMatchObject({ code: "FORBIDDEN" });
  const { messages } = await until(store, isShowing("message 1", "message 2", "message 3"));
  expect(messages[1]).toMatchObject({ error: { code: "FORBIDDEN" } });
});

test("a removed message stays gone between the answer and the event", async () => {
  const { store, calls, line, shown } = await openLive();
  const removed = store.remove("key-2");
  (await calls.next()).fail(new ChatFailure(refusal("NOT_FOUND")));
  await removed;
  line.tell({ type: "message", seq: 11, message: message(2, 11, "edited before") });
  line.tell({ type: "message", seq: 12, message: message(4, 12) });
  await until(store, isShowing("message 1", "message 3", "message 4"));
  line.tell({ type: "message_deleted", seq: 13, message_id: 2, key: "key-2" });
  line.tell({ type: "message", seq: 14, message: message(5, 14) });
  await until(store, isShowing("message 1", "message 3", "message 4", "message 5"));
  expect(shown()).toHaveLength(4);
});

test("a rename shows at once, yields to a later one of others, and is rolled back when it is refused", async () => {
  const { store, calls, line } = await openLive();
  const renamed = store.rename("mine");
  await until(store, ({ title }) => title === "mine");
  const call = await calls.next();
  line.tell({ type: "session", seq: 11, session: { ...head, title: "mine" } });
  line.tell({ type: "session", seq: 12, session: { ...head, title: "theirs" } });
  call.answer({ ...head, title: "mine" });
  await renamed;
  await until(store, ({ title }) => title === "theirs");
  const refused = store.rename("again");
  (await calls.next()).fail(new ChatFailure(refusal("FORBIDDEN")));
  await expect(refused).rejects.toMatchObject({ code: "FORBIDDEN" });
  const { title } = await until(store, ({ error }) => error !== undefined);
  expect(title).toBe("theirs");
});

test("earlier messages are loaded once, and a snapshot meanwhile drops the page", async () => {
  const { store, calls, line } = open();
  onTestFinished(store.subscribe(() => undefined));
  await expect.poll(() => line.open).toBe(1);
  const later = { ...head, messages: [message(8, 8)] };
  line.tell({ type: "snapshot", seq: 10, epoch: "e", session: later, has_earlier: true });
  const both = [store.loadEarlier(), store.loadEarlier()];
  await until(store, ({ isLoadingEarlier }) => isLoadingEarlier);
  const call = await calls.next();
  expect([call.input, calls.waiting]).toEqual([{ session_id: "s", before: 8, limit: 50 }, 0]);
  call.answer({ items: [message(6, 6), message(7, 7)], next_cursor: "6" });
  await Promise.all(both);
  const state = await until(store, isShowing("message 6", "message 7", "message 8"));
  expect([state.hasEarlier, state.isLoadingEarlier]).toEqual([true, false]);

  const dropped = store.loadEarlier();
  const late = await calls.next();
  line.tell({
    type: "snapshot",
    seq: 900,
    epoch: "e",
    session: { ...head, messages: [message(90, 90)] },
    has_earlier: true,
  });
  late.answer({ items: [message(5, 5)], next_cursor: null });
  await dropped;
  expect((await until(store, isShowing("message 90"))).hasEarlier).toBe(true);
});

test("loading earlier messages ends by an AbortSignal", async () => {
  const { store, calls, line } = open();
  onTestFinished(store.subscribe(() => undefined));
  await expect.poll(() => line.open).toBe(1);
  const later = { ...head, messages: [message(8, 8)] };
  line.tell({ type: "snapshot", seq: 10, epoch: "e", session: later, has_earlier: true });
  const controller = new AbortController();
  const loading = store.loadEarlier({ signal: controller.signal });
  const call = await calls.next();
  controller.abort();
  call.fail(Object.assign(new Error("aborted"), { name: "AbortError" }));
  await expect(loading).rejects.toMatchObject({ kind: "aborted" });
  await until(store, ({ isLoadingEarlier }) => !isLoadingEarlier);
});

test("the snapshot is the same object until something changed, and many changes are published once", async () => {
  const frames: (() => void)[] = [];
  const { store, line } = open({ schedule: (run) => void frames.push(run) });
  let published = 0;
  onTestFinished(store.subscribe(() => (published += 1)));
  await expect.poll(() => line.open).toBe(1);
  frames.splice(0).forEach((run) => run());
  published = 0;
  const before = store.getSnapshot();
  line.tell({
    type: "snapshot",
    seq: 10,
    epoch: "e",
    session: { ...head, messages: [message(1, 1)] },
    has_earlier: false,
  });
  for (let seq = 11; seq < 111; seq += 1) line.tell({ type: "message", seq, message: message(seq, seq) });
  expect([frames.length, store.getSnapshot() === before]).toEqual([1, true]);
  frames.splice(0).forEach((run) => run());
  const after = store.getSnapshot();
  expect([published, after.messages.length]).toEqual([1, 101]);
  line.tell({ type: "message", seq: 110, message: message(110, 110) });
  frames.splice(0).forEach((run) => run());
  expect([published, store.getSnapshot() === after]).toEqual([1, true]);
  line.tell({ type: "message", seq: 111, message: message(1, 111, "edited") });
  frames.splice(0).forEach((run) => run());
  const last = store.getSnapshot();
  expect(last.messages.map((shown, at) => shown === after.messages[at])).toEqual([
    false,
    ...Array(100).fill(true),
  ]);
});

test("who leaves and comes back at once stays subscribed, and the store is the same while it is in use", async () => {
  const { chat, store, line } = open({ graceMs: 50 });
  store.subscribe(() => undefined)();
  const leave = store.subscribe(() => undefined);
  await expect.poll(() => line.open).toBe(1);
  expect(line.subscriptions).toHaveLength(1);
  for (let other = 0; other < 100; other += 1) chat.session(`other-${other}`);
  expect(chat.session("s")).toBe(store);
  leave();
  expect(line.open).toBe(1);
  await expect.poll(() => line.open).toBe(0);
});

test("a session that is not there is closed with the reason, and one that is still to be made is not", async () => {
  const { line, store, chat, calls } = open();
  onTestFinished(store.subscribe(() => undefined));
  await expect.poll(() => line.open).toBe(1);
  line.refuse(refusal("NOT_FOUND"));
  expect((await until(store, ({ status }) => status === "closed")).error).toMatchObject({
    code: "NOT_FOUND",
  });

  const made = chat.session(chat.sessions().create());
  onTestFinished(made.subscribe(() => undefined));
  const create = await calls.next();
  expect(await until(made, ({ isLoaded }) => isLoaded)).toMatchObject({
    title: "New chat",
    error: undefined,
  });
  expect(line.subscriptions).toHaveLength(1);
  create.answer({});
  await expect.poll(() => line.subscriptions.length).toBe(2);
});

test("a session that is deleted while it shows is closed and empty", async () => {
  const { store, line } = await openLive();
  line.tell({ type: "session_deleted", seq: 11 });
  const state = await until(store, ({ status }) => status === "closed");
  expect([state.messages, state.error]).toMatchObject([[], { code: "NOT_FOUND" }]);
});

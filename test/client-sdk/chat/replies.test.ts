import { expect, onTestFinished, test } from "vitest";
import type { Message } from "../../../client-sdk/src/chat/wire.ts";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import type { ChatStorage } from "../../../client-sdk/src/chat/storage/chat-storage.ts";
import { head, message, open } from "./support/live-session.ts";
import { until } from "./support/open-chat.ts";

/** A reply with the key `a<id>` to the message `key-<to>`. */
function reply(id: number, to: number, more: Partial<Message> = {}): Message {
  return { ...message(id, id), key: `a${id}`, sender: "assistant", parent_key: `key-${to}`, ...more };
}

/** A live store of these messages. */
async function show(messages: Message[], options: Parameters<typeof open>[0] = {}) {
  const opened = open(options);
  const { line, store } = opened;
  onTestFinished(store.subscribe(() => undefined));
  await expect.poll(() => line.open).toBe(1);
  const seq = messages.length;
  line.tell({ type: "snapshot", seq, epoch: "e", session: { ...head, messages }, has_earlier: false });
  line.tell({ type: "caught_up", seq, epoch: "e" });
  line.setStatus("live");
  await until(store, ({ status }) => status === "live");
  const keys = () => store.getSnapshot().messages.map(({ key }) => key);
  return { ...opened, keys };
}

/** The next visit: nothing but the storage is there. */
function visit(storage: ChatStorage) {
  const { store } = open({ storage });
  onTestFinished(store.subscribe(() => undefined));
  return { store, keys: () => store.getSnapshot().messages.map(({ key }) => key) };
}

const branching = [message(1, 1), reply(2, 1), message(3, 3), reply(4, 3), reply(5, 1)];

test("the latest alternative is shown, with its place among the others [BRANCH-2]", async () => {
  const { store, keys } = await show(branching);
  await expect.poll(keys).toEqual(["key-1", "a5"]);
  const [question, shown] = store.getSnapshot().messages;
  expect(shown?.branch).toEqual({ index: 1, count: 2, keys: ["a2", "a5"] });
  expect(question?.branch).toBeUndefined();
});

test("a chosen branch is shown to its end, and the choice is kept for the next visit [BRANCH-2]", async () => {
  const storage = createMemoryStorage();
  const first = await show(branching, { storage });
  await first.store.choose("a2");
  await expect.poll(first.keys).toEqual(["key-1", "a2", "key-3", "a4"]);
  first.line.tell({ type: "message", seq: 6, message: reply(6, 1) });
  await expect.poll(() => first.store.getSnapshot().messages[1]?.branch?.count).toBe(3);
  expect(first.keys()).toEqual(["key-1", "a2", "key-3", "a4"]);
  await first.chat.close();

  const second = visit(storage);
  await until(second.store, ({ messages }) => messages[1]?.branch?.index === 0);
  expect(second.keys()).toEqual(["key-1", "a2", "key-3", "a4"]);
});

test("a choice survives what another tab stores of the session afterwards [BRANCH-2]", async () => {
  const storage = createMemoryStorage();
  const first = await show(branching, { storage });
  const second = await show(branching, { storage });
  await first.store.choose("a2");
  await first.chat.close();
  second.line.tell({ type: "message", seq: 6, message: reply(6, 5) });
  await expect.poll(second.keys).toContain("a6");
  await second.chat.close();

  const third = visit(storage);
  await until(third.store, ({ messages }) => messages[1]?.branch?.index === 0);
  expect(third.keys()).toEqual(["key-1", "a2", "key-3", "a4"]);
});

test("tabs that choose at different messages overwrite no choice of each other [BRANCH-2]", async () => {
  const storage = createMemoryStorage();
  const twice = [...branching, message(6, 6), { ...reply(7, 6), parent_key: "key-6" }, reply(8, 6)];
  const first = await show(twice, { storage });
  const second = await show(twice, { storage });
  await expect.poll(second.keys).toEqual(["key-1", "a5", "key-6", "a8"]);
  await first.store.choose("a7");
  await second.store.choose("a2");
  await Promise.all([first.chat.close(), second.chat.close()]);

  const third = visit(storage);
  await third.store.choose("a5");
  await until(third.store, ({ messages }) => messages.length === 4);
  expect(third.keys()).toEqual(["key-1", "a5", "key-6", "a7"]);
});

test.each(["the session", "the user"])(
  "the choices of a session outlive a new history, and end with %s",
  async (end) => {
    const storage = createMemoryStorage();
    const { store, line, chat } = await show(branching, { storage });
    const isStored = async (): Promise<boolean> =>
      (await storage.list("")).some(([name]) => name.includes("chosen/"));
    await store.choose("a2");
    expect(await isStored()).toBe(true);
    const session = { ...head, messages: branching };
    line.tell({ type: "reset", seq: 5, epoch: "f", session, has_earlier: false });
    await until(store, ({ messages }) => messages[1]?.branch?.index === 0);
    expect(await isStored()).toBe(true);
    if (end === "the user") await chat.forget();
    else line.refuse({ kind: "refused", code: "NOT_FOUND", retryable: false, message: "Gone" });
    await expect.poll(isStored).toBe(false);
    await chat.close();
  },
);

test("a message that is sent at the beginning of a visit is shown, whatever was chosen before [BRANCH-3]", async () => {
  const storage = createMemoryStorage();
  const first = await show(branching, { storage });
  await first.store.choose("a2");
  await first.chat.close();

  const second = visit(storage);
  void second.store.send("At once", { key: "at once" });
  await until(second.store, ({ messages }) => messages[1]?.branch !== undefined);
  await expect.poll(second.keys).toContain("at once");
});

test("a message that is sent at the end of an earlier branch stays on that branch [BRANCH-3]", async () => {
  const { store, keys, calls } = await show(branching);
  await store.choose("a2");
  void store.send("More", { key: "more" });
  expect((await calls.next()).input).toMatchObject({ key: "more", parent_key: "a4" });
  await expect.poll(keys).toEqual(["key-1", "a2", "key-3", "a4", "more"]);
});

test("a message of a plain conversation is sent without a parent", async () => {
  const { store, calls } = await show([message(1, 1), reply(2, 1)]);
  void store.send("More", { key: "more" });
  expect(Object.keys((await calls.next()).input as object)).not.toContain("parent_key");
});

test("a message that replaces another becomes its alternative [BRANCH-1]", async () => {
  const { store, keys, calls } = await show([message(1, 1), reply(2, 1)]);
  void store.send("Better", { key: "better", parent_key: "key-1" });
  expect((await calls.next()).input).toMatchObject({ key: "better", parent_key: "key-1" });
  await expect.poll(keys).toEqual(["better"]);
  expect(store.getSnapshot().messages[0]?.branch?.keys).toEqual(["key-1", "better"]);
});

test.each([
  ["the last reply", undefined, "key-3"],
  ["a reply by its key", "a2", "key-1"],
  ["a message without a reply", "key-3", "key-3"],
])(
  "a regenerated reply is requested in the place of the first: %s [BRANCH-3]",
  async (_, key, parent_key) => {
    const { store, calls } = await show([message(1, 1), reply(2, 1), message(3, 3), reply(4, 3)]);
    const regenerated = store.regenerate(key);
    const call = await calls.next();
    expect(call.input).toMatchObject({ content: "", sender: "assistant", status: "requested", parent_key });
    const stored = { ...message(5, 5), ...(call.input as Partial<Message>) };
    await expect.poll(() => store.getSnapshot().run).toEqual({ key: stored.key, status: "requested" });
    call.answer(stored);
    expect(await regenerated).toMatchObject({ id: 5, status: "requested" });
  },
);

test("a reply without a parent is replaced by its alternative", async () => {
  const { store, keys, calls } = await show([message(1, 1), { ...message(2, 2), sender: "assistant" }]);
  void store.regenerate();
  const { input } = await calls.next();
  expect(input).toMatchObject({ parent_key: "key-2" });
  await expect.poll(keys).toEqual(["key-1", (input as Message).key]);
});

test("nothing can be regenerated in an empty session, and no message that is not there can be regenerated or chosen", async () => {
  const { store } = await show([]);
  await expect(store.choose("gone")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(store.regenerate()).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(store.regenerate("gone")).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a stop ends every reply that has not ended, and shows the answer before the log", async () => {
  const streaming = reply(2, 1, { status: "streaming", content: "So far" });
  const { store, calls } = await show([message(1, 1), streaming]);
  expect(store.getSnapshot().run).toEqual({ key: "a2", status: "streaming" });
  const stopped = store.stop();
  const call = await calls.next();
  expect([call.name, call.input]).toEqual(["stop", { session_id: "s", key: "a2" }]);
  call.answer({ ...streaming, seq: 3, status: "stopped" });
  await stopped;
  const { messages, run } = store.getSnapshot();
  expect([messages[1]?.status, run]).toEqual(["stopped", undefined]);
  await store.stop();
  expect(calls.waiting).toBe(0);
});

test("a request that was not sent yet is cancelled by a stop", async () => {
  const { store, calls, keys } = await show([message(1, 1), reply(2, 1)]);
  void store.regenerate().catch(() => undefined);
  const add = await calls.next();
  const stopped = store.stop();
  await stopped;
  await expect.poll(keys).toEqual(["key-1", "a2"]);
  add.answer({ ...message(3, 3), ...(add.input as Partial<Message>) });
  const { name, input } = await calls.next();
  expect([name, input]).toMatchObject(["delete", { key: (add.input as Message).key }]);
});

test("the text of a reply grows, and many pieces are published once a frame", async () => {
  const frames: (() => void)[] = [];
  const { line, store } = open({ schedule: (run) => void frames.push(run) });
  let published = 0;
  onTestFinished(store.subscribe(() => (published += 1)));
  await expect.poll(() => line.open).toBe(1);
  const messages = [message(1, 1), reply(2, 1, { status: "streaming", content: "" })];
  line.tell({ type: "snapshot", seq: 2, epoch: "e", session: { ...head, messages }, has_earlier: false });
  frames.splice(0).forEach((run) => run());
  published = 0;
  for (let at = 0; at < 100; at += 1) {
    line.tell({ type: "message_delta", seq: 3 + at, message_id: 2, offset: at, text: "x" });
  }
  frames.splice(0).forEach((run) => run());
  expect([published, store.getSnapshot().messages[1]?.content.length]).toEqual([1, 100]);
});

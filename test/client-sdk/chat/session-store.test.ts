import { expect, onTestFinished, test } from "vitest";
import { head, isShowing, message, open, openLive, refusal } from "./support/live-session.ts";
import { until } from "./support/open-chat.ts";

test("earlier messages are loaded once, and a snapshot meanwhile drops the page [MERGE-4]", async () => {
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

test("when loading earlier messages resolves, the snapshot has them, without a frame in between", async () => {
  const { store, calls, line } = open({ schedule: () => undefined });
  onTestFinished(store.subscribe(() => undefined));
  await expect.poll(() => line.open).toBe(1);
  const later = { ...head, messages: [message(8, 8)] };
  line.tell({ type: "snapshot", seq: 10, epoch: "e", session: later, has_earlier: true });
  const loading = store.loadEarlier();
  (await calls.next()).answer({ items: [message(7, 7)], next_cursor: null });
  await loading;
  const { messages, hasEarlier, isLoadingEarlier } = store.getSnapshot();
  expect([messages.map(({ id }) => id), hasEarlier, isLoadingEarlier]).toEqual([[7, 8], false, false]);
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
  line.tell({
    type: "snapshot",
    seq: 10,
    epoch: "e",
    session: { ...head, messages: [message(1, 1)] },
    has_earlier: false,
  });
  frames.splice(0).forEach((run) => run());
  published = 0;
  const before = store.getSnapshot();
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
    ...Array.from({ length: 100 }, () => true),
  ]);
});

test("a first subscriber sees what happened before it, without a frame in between", () => {
  const { store } = open({ schedule: () => undefined });
  expect(store.getSnapshot().messages).toEqual([]);
  void store.send("Hello");
  onTestFinished(store.subscribe(() => undefined));
  expect(store.getSnapshot().messages).toMatchObject([{ content: "Hello", delivery: "pending" }]);
});

test("the first content is published without a frame in between", async () => {
  const { store, line } = open({ schedule: () => undefined });
  let published = 0;
  onTestFinished(store.subscribe(() => (published += 1)));
  expect(store.getSnapshot().isLoaded).toBe(false);
  await expect.poll(() => line.open).toBe(1);
  line.tell({
    type: "snapshot",
    seq: 1,
    epoch: "e",
    session: { ...head, messages: [message(1, 1)] },
    has_earlier: false,
  });
  expect([published, store.getSnapshot().messages.length]).toEqual([1, 1]);
});

test("a subscriber that leaves and comes back at once keeps the subscription, and the store is the same while it is in use", async () => {
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

test("a session that was not there is followed again once a send shows that it is there", async () => {
  const { line, store, calls } = open();
  onTestFinished(store.subscribe(() => undefined));
  await expect.poll(() => line.open).toBe(1);
  line.refuse(refusal("NOT_FOUND"));
  await until(store, ({ status }) => status === "closed");
  void store.send("Hello", { key: "k" });
  const call = await calls.next();
  call.answer({ ...message(1, 1), ...(call.input as object) });
  await expect.poll(() => line.open).toBe(1);
  expect(store.getSnapshot().error).toBeUndefined();
});

test("a session that is deleted while it shows is closed and empty", async () => {
  const { store, line } = await openLive();
  line.tell({ type: "session_deleted", seq: 11 });
  const state = await until(store, ({ status }) => status === "closed");
  expect([state.messages, state.error]).toMatchObject([[], { code: "NOT_FOUND" }]);
});

test("a message whose event comes before the answer to its send shows once, as sent [MERGE-5]", async () => {
  const { store, calls, line } = await openLive();
  const sent = store.send("Hello", { key: "k" });
  const call = await calls.next();
  line.tell({ type: "message", seq: 11, message: { ...message(4, 11, "Hello"), key: "k" } });
  const { messages } = await until(
    store,
    (state) => state.messages.at(-1)?.delivery === "sent" && state.messages.length > 3,
  );
  expect(messages.filter(({ key }) => key === "k")).toMatchObject([{ id: 4, content: "Hello" }]);
  call.answer({ ...message(4, 11, "Hello"), key: "k" });
  expect(await sent).toMatchObject({ id: 4 });
});

test("a pending message that others' messages overtake stays last [MERGE-5]", async () => {
  const { store, line } = await openLive();
  void store.send("Hello", { key: "k" });
  line.tell({ type: "message", seq: 11, message: message(4, 11) });
  const { messages } = await until(store, (state) => state.messages.length === 5);
  expect(messages.slice(-2).map(({ content, delivery }) => [content, delivery])).toEqual([
    ["message 4", "sent"],
    ["Hello", "pending"],
  ]);
});

test("a message that is deleted before the answer to its send stays away", async () => {
  const { line, calls, store } = await openLive();
  const shown: string[][] = [];
  onTestFinished(
    store.subscribe(() => shown.push(store.getSnapshot().messages.map(({ content }) => content))),
  );
  void store.send("Hello", { key: "k" });
  const call = await calls.next();
  const stored = { ...message(4, 11, "Hello"), key: "k" };
  line.tell({ type: "message", seq: 11, message: stored });
  await until(store, ({ messages }) => messages.at(-1)?.delivery === "sent");
  shown.length = 0;
  line.tell({ type: "message_deleted", seq: 12, message_id: 4, key: "k" });
  line.tell({ type: "message", seq: 13, message: message(5, 13, "after it") });
  await until(store, ({ messages }) => messages.some(({ content }) => content === "after it"));
  call.answer(stored);
  await new Promise((turn) => setImmediate(turn));
  expect(shown.flat()).not.toContain("Hello");
});

import { expect, test } from "vitest";
import { ChatFailure } from "../../../client-sdk/src/chat/chat-error.ts";
import type { SessionSnapshot } from "../../../client-sdk/src/chat/session-snapshot.ts";
import { head, isShowing, message, openLive, refusal } from "./support/live-session.ts";
import { until } from "./support/open-chat.ts";

const isLastRefused = ({ messages }: SessionSnapshot) => messages.at(-1)?.error?.message === "FORBIDDEN";

test("an edit shows at once, carries the seq that it is based on, and stays when the server agrees [CHANGE-1]", async () => {
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

test("an edit that others were faster than yields to theirs, and says so [CHANGE-1]", async () => {
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

test("an edit is repeated while its outcome is unknown, and rolled back when it is refused [CHANGE-1]", async () => {
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

test("an edit of a message that changed since the editor saw it is refused, and the server's stays [CHANGE-1]", async () => {
  const { store, calls, line } = await openLive();
  line.tell({ type: "message", seq: 11, message: message(2, 11, "theirs") });
  await until(store, isShowing("message 1", "theirs", "message 3"));
  const edited = store.edit("key-2", "mine", { seq: 2 });
  const call = await calls.next();
  expect(call.input).toEqual({ session_id: "s", message_id: 2, content: "mine", if_seq: 2 });
  expect(store.getSnapshot().messages[1]).toMatchObject({ content: "theirs", seq: 11 });
  call.fail(new ChatFailure(refusal("CONFLICT")));
  await expect(edited).rejects.toMatchObject({ kind: "refused", code: "CONFLICT" });
  const { messages } = await until(store, (state) => state.messages[1]?.error !== undefined);
  expect(messages[1]).toMatchObject({ content: "theirs", seq: 11, error: { code: "CONFLICT" } });
});

test("own edits since the editor saw the message are no conflict [CHANGE-1]", async () => {
  const { store, calls } = await openLive();
  const [first, second] = ["first", "second"].map((content) => store.edit("key-2", content, { seq: 2 }));
  (await calls.next()).answer(message(2, 11, "first"));
  await first;
  const call = await calls.next();
  expect(call.input).toMatchObject({ content: "second", if_seq: 11 });
  call.answer(message(2, 12, "second"));
  await second;
  void store.edit("key-2", "third", { seq: 2 });
  expect((await calls.next()).input).toMatchObject({ content: "third", if_seq: 12 });
});

test("an edit of others between two own ones is a conflict for the second", async () => {
  const { store, calls, line } = await openLive();
  const first = store.edit("key-2", "first", { seq: 2 });
  (await calls.next()).answer(message(2, 11, "first"));
  await first;
  line.tell({ type: "message", seq: 12, message: message(2, 12, "theirs") });
  await until(store, isShowing("message 1", "theirs", "message 3"));
  void store.edit("key-2", "second", { seq: 11 });
  expect((await calls.next()).input).toMatchObject({ if_seq: 11 });
});

test("a removed message is gone at once, and back when the removal is refused [CHANGE-2]", async () => {
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

test("an edit of a message that is being sent shows at once and goes out after the send", async () => {
  const { store, calls } = await openLive();
  void store.send("Hello", { key: "k" });
  const send = await calls.next();
  const edited = store.edit("k", "Hello again");
  await until(store, isShowing("message 1", "message 2", "message 3", "Hello again"));
  expect(calls.waiting).toBe(0);
  send.answer({ ...message(4, 11, "Hello"), key: "k" });
  const update = await calls.next();
  expect(update.input).toEqual({ session_id: "s", message_id: 4, content: "Hello again", if_seq: 11 });
  await until(store, isShowing("message 1", "message 2", "message 3", "Hello again"));
  update.answer({ ...message(4, 12, "Hello again"), key: "k" });
  await edited;
  const { messages } = await until(store, (state) => state.messages[3]?.seq === 12);
  expect(messages[3]).toMatchObject({ content: "Hello again", delivery: "sent", key: "k" });
});

test("a second edit of a message that is being sent goes out though the first is refused [CHANGE-1]", async () => {
  const { store, calls } = await openLive();
  void store.send("Hello", { key: "k" });
  const send = await calls.next();
  const first = store.edit("k", "too much");
  const second = store.edit("k", "Hello again");
  send.answer({ ...message(4, 11, "Hello"), key: "k" });
  (await calls.next()).fail(new ChatFailure(refusal("FORBIDDEN")));
  await expect(first).rejects.toMatchObject({ code: "FORBIDDEN" });
  const update = await calls.next();
  expect(update.input).toEqual({ session_id: "s", message_id: 4, content: "Hello again", if_seq: 11 });
  update.answer({ ...message(4, 12, "Hello again"), key: "k" });
  expect(await second).toMatchObject({ seq: 12 });
  const { messages } = await until(store, (state) => state.messages[3]?.seq === 12);
  expect(messages[3]).not.toHaveProperty("error");
});

test("two edits of a message that is being sent are applied in order [CHANGE-1]", async () => {
  const { store, calls } = await openLive();
  void store.send("Hello", { key: "k" });
  const send = await calls.next();
  const edits = ["first", "second"].map((content) => store.edit("k", content));
  send.answer({ ...message(4, 11, "Hello"), key: "k" });
  const one = await calls.next();
  expect(one.input).toMatchObject({ content: "first", if_seq: 11 });
  one.answer({ ...message(4, 12, "first"), key: "k" });
  const two = await calls.next();
  expect(two.input).toMatchObject({ content: "second", if_seq: 12 });
  two.answer({ ...message(4, 13, "second"), key: "k" });
  await Promise.all(edits);
  await until(store, isShowing("message 1", "message 2", "message 3", "second"));
});

test("edits of a message whose send is refused fail with that reason", async () => {
  const { store, calls } = await openLive();
  void store.send("Hello", { key: "k" });
  const send = await calls.next();
  const edits = ["first", "second"].map((content) => store.edit("k", content));
  send.fail(new ChatFailure(refusal("FORBIDDEN")));
  for (const edit of edits) await expect(edit).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("a message that is refused again shows the last refusal of its send [SEND-3]", async () => {
  const { store, calls } = await openLive();
  const sent = store.send("mine", { key: "own" });
  const edited = store.edit("own", "mine, edited");
  (await calls.next()).fail(new ChatFailure(refusal("NOT_FOUND")));
  await Promise.all([sent, edited].map((each) => expect(each).rejects.toMatchObject({ code: "NOT_FOUND" })));
  store.retry("own");
  (await calls.next()).fail(new ChatFailure(refusal("FORBIDDEN")));
  const { messages } = await until(store, isLastRefused);
  expect(messages.at(-1)).toMatchObject({ content: "mine", delivery: "failed" });
});

test("a rename that succeeds after a refused one shows no error", async () => {
  const { store, calls } = await openLive();
  const refused = store.rename("first");
  const renamed = store.rename("second");
  (await calls.next()).fail(new ChatFailure(refusal("FORBIDDEN")));
  await expect(refused).rejects.toMatchObject({ code: "FORBIDDEN" });
  (await calls.next()).answer({ ...head, title: "second" });
  await renamed;
  const { error } = await until(store, ({ title }) => title === "second");
  expect(error).toBeUndefined();
});

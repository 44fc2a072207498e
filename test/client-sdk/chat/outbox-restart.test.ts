import { expect, test } from "vitest";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import { message } from "./support/live-session.ts";
import { openScripted } from "./support/open-scripted.ts";

test("a chat is closed when the storage has what was sent", async () => {
  const values = new Map<string, string>();
  const storage = createMemoryStorage(values);
  const written = Promise.withResolvers<void>();
  const { chat } = openScripted({
    storage: { ...storage, write: (changes) => written.promise.then(() => storage.write(changes)) },
  });
  void chat.session("s").send("one");
  let isClosed = false;
  const closed = chat.close().then(() => (isClosed = true));
  await new Promise((turn) => setImmediate(turn));
  expect(isClosed).toBe(false);
  written.resolve();
  await closed;
  expect([...values.keys()]).toEqual([expect.stringMatching(/outbox\/.*\/item$/)]);
});

test("what an earlier visit left unsent goes before what is sent while the storage is read", async () => {
  const storage = createMemoryStorage();
  const before = openScripted({ storage, now: () => 1 });
  void before.chat.session("s").send("one");
  await before.chat.close();
  const after = openScripted({ storage, now: () => 2 });
  void after.chat.session("s").send("two");
  const first = await after.calls.next();
  expect(first.input).toMatchObject({ content: "one" });
  first.answer(message(1, 1, "one"));
  expect((await after.calls.next()).input).toMatchObject({ content: "two" });
});

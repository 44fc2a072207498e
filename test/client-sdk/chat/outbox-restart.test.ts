import { expect, test } from "vitest";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
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

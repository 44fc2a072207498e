import { expect, test } from "vitest";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import { openChat, until } from "./support/open-chat.ts";
import { startDesk } from "./support/start-desk.ts";

const aborted = { kind: "aborted", retryable: false };

test("the close of a chat ends what is awaited of sends as aborted, and keeps what is unsent [CALL-2]", async () => {
  const { proxy, stored, ways } = await startDesk();
  proxy.hold();
  const storage = createMemoryStorage();
  const { chat } = openChat({ ...ways, storage });
  const store = chat.session("s");
  const sends = ["one", "two"].map((content) => store.send(content));
  const drained = chat.drain();
  await proxy.nextHeld();
  await chat.close();
  await expect(sends[0]).rejects.toMatchObject(aborted);
  await expect(sends[1]).rejects.toMatchObject(aborted);
  await expect(drained).rejects.toMatchObject(aborted);
  proxy.release();
  await openChat({ ...ways, storage }).chat.drain();
  expect(await stored()).toEqual(["one", "two"]);
});

test("a rename that waits for the making of its session is aborted by the close of the chat [CALL-2]", async () => {
  const { proxy, ways } = await startDesk();
  proxy.hold();
  const { chat } = openChat(ways);
  const renamed = chat.session(chat.sessions().create()).rename("Other");
  await proxy.nextHeld();
  await chat.close();
  await expect(renamed).rejects.toMatchObject(aborted);
});

test.each(["its answer", "its next try"])(
  "a change that waits for %s is aborted by the close of the chat [CALL-2]",
  async (awaited) => {
    const { proxy, direct, ways } = await startDesk();
    const { key } = await direct.message.add.mutate({ session_id: "s", content: "one", sender: "user" });
    if (awaited === "its answer") proxy.hold();
    else proxy.always = "html";
    const { chat } = openChat({ ...ways, pauses: { baseMs: 60_000, capMs: 60_000, random: () => 1 } });
    const store = chat.session("s");
    await until(store, ({ status }) => status === "live");
    const changes = [store.edit(key, "two"), store.remove(key), store.rename("Other")];
    await expect.poll(() => proxy.bodies).toHaveLength(3);
    await chat.close();
    for (const change of changes) await expect(change).rejects.toMatchObject(aborted);
  },
);

test("a send, a drain and a change after the close are aborted at once [CALL-2]", async () => {
  const { proxy, ways } = await startDesk();
  const { chat } = openChat(ways);
  const store = chat.session("s");
  await chat.close();
  await expect(store.send("late")).rejects.toMatchObject(aborted);
  await expect(chat.drain()).rejects.toMatchObject(aborted);
  await expect(store.edit("key", "late")).rejects.toMatchObject(aborted);
  await expect(store.rename("late")).rejects.toMatchObject(aborted);
  expect(proxy.bodies).toEqual([]);
});

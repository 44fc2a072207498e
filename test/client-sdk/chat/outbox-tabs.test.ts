import { expect, test } from "vitest";
import type { SessionSnapshot } from "../../../client-sdk/src/chat/session-snapshot.ts";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import { openChat, until } from "./support/open-chat.ts";
import { startDesk } from "./support/start-desk.ts";
import { Tabs } from "./support/tabs.ts";

const contents = ({ messages }: SessionSnapshot) => messages.map(({ content }) => content);
const deliveries = ({ messages }: SessionSnapshot) => messages.map(({ delivery }) => delivery);
const isSettled = (state: SessionSnapshot) => deliveries(state).every((delivery) => delivery !== "pending");

test("unsent messages of a program that ended are sent by the next one, once and in order", async () => {
  const { proxy, stored, ways } = await startDesk();
  const storage = createMemoryStorage();
  const before = openChat({ ...ways, storage });
  proxy.always = "cut after";
  const texts = ["one", "two", "three"];
  const tried = before.chat.session("s");
  for (const content of texts) void tried.send(content);
  await expect.poll(() => proxy.bodies.length).toBeGreaterThan(1);
  await before.chat.close();
  proxy.always = undefined;
  const after = openChat({ ...ways, storage });
  const state = await until(
    after.chat.session("s"),
    (shown) => shown.messages.length === 3 && isSettled(shown),
  );
  expect(contents(state)).toEqual(texts);
  expect(await stored()).toEqual(texts);
  await after.chat.drain();
  await expect
    .poll(async () => (await storage.list("ai-desk")).filter(([name]) => name.includes("]outbox/")))
    .toEqual([]);
});

test("a tab that is not the sender hands its message over, and the next tab takes over from one that ended [SEND-5]", async () => {
  const { proxy, stored, ways } = await startDesk();
  const storage = createMemoryStorage();
  const tabs = new Tabs();
  const [leading, following] = [tabs.open(), tabs.open()];
  const leader = openChat({ ...ways, storage, sender: leading });
  const follower = openChat({ ...ways, storage, sender: following });
  await follower.chat.session("s").send("by the leader");
  expect(await stored()).toEqual(["by the leader"]);

  proxy.hold();
  const sent = follower.chat.session("s").send("by the next one");
  const held = await proxy.nextHeld();
  proxy.release();
  held.go("cut before");
  leading.end();
  await leader.chat.close();
  await sent;
  expect(await stored()).toEqual(["by the leader", "by the next one"]);
});

test("a message of a tab that ended before it told the sender is sent when the next tab opens [SEND-5]", async () => {
  const { stored, ways } = await startDesk();
  const storage = createMemoryStorage();
  const tabs = new Tabs();
  openChat({ ...ways, storage, sender: tabs.open() });
  const mute = openChat({
    ...ways,
    storage,
    sender: Object.assign(tabs.open(), { announce: () => undefined }),
  });
  void mute.chat.session("s").send("not told");
  await mute.chat.close();
  expect(await stored()).toEqual([]);
  const { chat } = openChat({ ...ways, storage, sender: tabs.open() });
  await chat.drain();
  expect(await stored()).toEqual(["not told"]);
});

test("where every tab sends, twenty messages of two tabs are stored once each [SEND-5]", async () => {
  const { stored, ways } = await startDesk();
  const storage = createMemoryStorage();
  const tabs = new Tabs({ everyTabSends: true });
  const chats = [tabs.open(), tabs.open()].map((sender) => openChat({ ...ways, storage, sender }).chat);
  const sends = chats.flatMap((chat, tab) =>
    Array.from({ length: 10 }, (_, at) => chat.session("s").send(`${tab}-${at}`)),
  );
  await Promise.allSettled(sends);
  await Promise.all(chats.map((chat) => chat.drain()));
  const all = await stored();
  expect(all).toHaveLength(20);
  expect(new Set(all).size).toBe(20);
  for (const tab of ["0", "1"]) {
    const own = all.filter((content) => content.startsWith(tab));
    expect(own).toEqual(Array.from({ length: 10 }, (_, at) => `${tab}-${at}`));
  }
});

test("where every tab sends, a refusal of earlier content does not fail an edited message [SEND-3] [SEND-5]", async () => {
  const { proxy, direct, ways } = await startDesk();
  const storage = createMemoryStorage();
  const tabs = new Tabs({ everyTabSends: true });
  const failureMayBeWritten = Promise.withResolvers<void>();
  let written = Promise.resolve();
  const editing = openChat({
    ...ways,
    sender: Object.assign(tabs.open(), { onAnnounced: () => () => undefined }),
    storage: {
      ...storage,
      write(changes) {
        const isFailure = changes.some(([name, value]) => name.endsWith("/failed") && value !== undefined);
        if (isFailure) written = written.then(() => failureMayBeWritten.promise);
        written = written.then(() => storage.write(changes));
        return written;
      },
    },
  }).chat.session("late");
  proxy.hold();
  const refused = editing.send("one", { key: "key" });
  (await proxy.nextHeld()).go();
  await expect(refused).rejects.toMatchObject({ code: "NOT_FOUND" });
  openChat({ ...ways, storage, sender: tabs.open() });
  const ofOtherTab = await proxy.nextHeld();
  const edited = editing.edit("key", "two");
  failureMayBeWritten.resolve();
  const ofEdit = await proxy.nextHeld();
  ofOtherTab.go();
  const ofOtherTabAgain = await proxy.nextHeld();
  expect([ofOtherTab, ofEdit, ofOtherTabAgain].map(({ body }) => body)).toEqual([
    expect.stringContaining("one"),
    expect.stringContaining("two"),
    expect.stringContaining("two"),
  ]);
  await direct.session.create.mutate({ id: "late" });
  proxy.release();
  ofEdit.go();
  ofOtherTabAgain.go();
  expect(await edited).toMatchObject({ content: "two" });
});

import { expect, test } from "vitest";
import type { SessionSnapshot } from "../../../client-sdk/src/chat/session-snapshot.ts";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import type { Fault } from "./support/faulty-proxy.ts";
import { openChat, until } from "./support/open-chat.ts";
import { startDesk } from "./support/start-desk.ts";

const contents = ({ messages }: SessionSnapshot) => messages.map(({ content }) => content);

test("a failed message is sent again by retry, and gone by cancel [SEND-3]", async () => {
  const { direct, stored, ways } = await startDesk();
  const { chat } = openChat(ways);
  const store = chat.session("other");
  await expect(store.send("Hello", { key: "k" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(store.send("Unwanted", { key: "unwanted" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await direct.session.create.mutate({ id: "other" });
  store.cancel("unwanted");
  store.retry("k");
  await chat.drain();
  const { messages } = await direct.session.get.query({ session_id: "other" });
  expect(messages.map(({ content }) => content)).toEqual(["Hello"]);
  expect(store.getSnapshot().messages.filter(({ delivery }) => delivery !== "sent")).toEqual([]);
  expect(await stored()).toEqual([]);
});

test("a message that was not sent yet is taken back without the server hearing of it [SEND-4]", async () => {
  const { proxy, stored, ways } = await startDesk();
  proxy.hold();
  const { chat } = openChat(ways);
  const store = chat.session("s");
  const first = store.send("first");
  const second = store.send("second", { key: "second" });
  const held = await proxy.nextHeld();
  store.cancel("second");
  await expect(second).rejects.toMatchObject({ kind: "aborted" });
  expect(contents(await until(store, ({ messages }) => messages.length === 1))).toEqual(["first"]);
  proxy.release();
  held.go();
  await first;
  await chat.drain();
  expect(await stored()).toEqual(["first"]);
  expect(proxy.bodies.filter((body) => body.includes("second"))).toEqual([]);
});

test.each<[how: string, fault: Fault]>([
  ["was stored", "cut after"],
  ["was not stored", "cut before"],
])("a message whose outcome is unknown is taken back, and %s", async (_, fault) => {
  const { proxy, stored, ways } = await startDesk();
  proxy.hold();
  const { chat } = openChat(ways);
  const store = chat.session("s");
  void store.send("Hello", { key: "k" });
  const held = await proxy.nextHeld();
  proxy.release();
  store.cancel("k");
  held.go(fault);
  await chat.drain();
  expect(await stored()).toEqual([]);
  expect(contents(await until(store, ({ status }) => status === "live"))).toEqual([]);
});

test("a message that is taken back while its send succeeds is deleted [SEND-4]", async () => {
  const { proxy, stored, ways } = await startDesk();
  proxy.hold();
  const { chat } = openChat(ways);
  const store = chat.session("s");
  void store.send("Hello", { key: "k" });
  const held = await proxy.nextHeld();
  store.cancel("k");
  proxy.release();
  held.go("pass");
  await chat.drain();
  expect(await stored()).toEqual([]);
});

test("a message that is taken back stays away also when its first request arrives late [SEND-4]", async () => {
  const { proxy, stored, ways } = await startDesk();
  proxy.hold();
  const { chat } = openChat(ways);
  const store = chat.session("s");
  void store.send("Hello", { key: "k" });
  const held = await proxy.nextHeld();
  proxy.release();
  store.cancel("k");
  held.go("late");
  await chat.drain();
  await proxy.deliverLate();
  expect(await stored()).toEqual([]);
});

test("a message that another tab takes back just before it is sent is not shown as sent", async () => {
  const { stored, ways } = await startDesk();
  const storage = createMemoryStorage();
  const { chat } = openChat({
    ...ways,
    storage: {
      ...storage,
      async write(changes) {
        await storage.write(changes);
        const tried = changes.find(([name, value]) => name.includes("/tried-") && value !== undefined)?.[0];
        const entry = tried?.slice(0, tried.lastIndexOf("/"));
        const item = entry === undefined ? undefined : await storage.get(`${entry}/item`);
        if (item !== undefined) await storage.write([[`${entry}/cancel`, item]]);
      },
    },
  });
  await expect(chat.session("s").send("Hello")).rejects.toMatchObject({ kind: "aborted" });
  await chat.drain();
  expect(await stored()).toEqual([]);
});

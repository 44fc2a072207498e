import { expect, test } from "vitest";
import type { SessionSnapshot } from "../../../client-sdk/src/chat/session-snapshot.ts";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import { createHttpClient } from "../../support/trpc-clients.ts";
import { startApp } from "../../support/start-app.ts";
import type { Fault } from "./support/faulty-proxy.ts";
import { FaultyProxy } from "./support/faulty-proxy.ts";
import { openChat, until } from "./support/open-chat.ts";
import { Tabs } from "./support/tabs.ts";

async function start() {
  const { url, wsUrl } = await startApp();
  const proxy = await FaultyProxy.start(url);
  const direct = createHttpClient(url);
  await direct.session.create.mutate({ id: "s" });
  const stored = async () =>
    (await direct.session.get.query({ session_id: "s" })).messages.map(({ content }) => content);
  return { proxy, direct, stored, ways: { url: proxy.url, wsUrl } };
}

const contents = ({ messages }: SessionSnapshot) => messages.map(({ content }) => content);
const deliveries = ({ messages }: SessionSnapshot) => messages.map(({ delivery }) => delivery);
const isSettled = (state: SessionSnapshot) => deliveries(state).every((delivery) => delivery !== "pending");

test.each<[how: string, faults: Fault[]]>([
  ["the answer is cut off", ["cut after", "cut after"]],
  ["the request is cut off", ["cut before", "cut before"]],
  ["another server answers with 502 and HTML", ["html", "html"]],
  ["one thing after another goes wrong", ["html", "cut after", "cut before", "html", "cut after"]],
])("a message is stored once when %s", async (_, faults) => {
  const { proxy, stored, ways } = await start();
  proxy.faults.push(...faults);
  const { chat } = openChat(ways);
  const message = await chat.session("s").send("Hello");
  expect(message.content).toBe("Hello");
  expect(await stored()).toEqual(["Hello"]);
  expect(proxy.bodies).toHaveLength(faults.length + 1);
  expect(new Set(proxy.bodies).size).toBe(1);
});

test("three quick sends are stored in their order though the first is slow", async () => {
  const { proxy, stored, ways } = await start();
  proxy.hold();
  const { chat } = openChat(ways);
  const store = chat.session("s");
  const sends = ["one", "two", "three"].map((content) => store.send(content));
  const state = await until(store, ({ messages }) => messages.length === 3);
  expect([contents(state), deliveries(state)]).toEqual([
    ["one", "two", "three"],
    ["pending", "pending", "pending"],
  ]);
  const first = await proxy.nextHeld();
  expect(proxy.bodies).toHaveLength(1);
  proxy.release();
  first.go();
  await Promise.all(sends);
  expect(await stored()).toEqual(["one", "two", "three"]);
  expect(contents(await until(store, isSettled))).toEqual(["one", "two", "three"]);
});

test("a message that is shown keeps its key from the first moment to the last, and shows once", async () => {
  const { ways } = await start();
  const { chat } = openChat(ways);
  const store = chat.session("s");
  const seen: string[][] = [];
  store.subscribe(() => seen.push(store.getSnapshot().messages.map(({ key }) => key)));
  await until(store, ({ status }) => status === "live");
  const { key } = await store.send("Hello");
  await until(store, ({ messages }) => messages[0]?.delivery === "sent" && messages[0].id !== undefined);
  expect(new Set(seen.filter((keys) => keys.length > 0).flat())).toEqual(new Set([key]));
  expect(Math.max(...seen.map((keys) => keys.length))).toBe(1);
});

test("what the server refuses fails with its reason, holds nothing up, and goes out again when it is edited", async () => {
  const { direct, stored, ways } = await start();
  const { chat } = openChat(ways);
  const store = chat.session("s");
  await direct.message.add.mutate({ session_id: "s", content: "first", sender: "user", key: "taken" });
  const refused = store.send("Other content", { key: "taken" });
  await store.send("Later");
  await expect(refused).rejects.toMatchObject({
    kind: "refused",
    code: "UNPROCESSABLE_CONTENT",
    retryable: false,
  });
  expect(await stored()).toEqual(["first", "Later"]);

  const empty = store.send("", { key: "empty" });
  await expect(empty).rejects.toMatchObject({ code: "BAD_REQUEST", issues: [{ path: ["content"] }] });
  const failed = await until(store, ({ messages }) => messages.at(-1)?.key === "empty");
  expect(failed.messages.at(-1)).toMatchObject({ delivery: "failed", error: { code: "BAD_REQUEST" } });
  await chat.drain();
  await store.edit("empty", "No longer empty");
  expect(await stored()).toEqual(["first", "Later", "No longer empty"]);
});

test("a failed message is sent again by retry, and gone by cancel", async () => {
  const { direct, stored, ways } = await start();
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

test("a message that was not sent yet is taken back without the server hearing of it", async () => {
  const { proxy, stored, ways } = await start();
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
  const { proxy, stored, ways } = await start();
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

test("a message that is taken back while its send succeeds is deleted", async () => {
  const { proxy, stored, ways } = await start();
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

test("a send waits for the making of its session, and a CONFLICT on an own id is success", async () => {
  const { proxy, direct, ways } = await start();
  proxy.faults.push("cut after");
  const { chat } = openChat(ways);
  const id = chat.sessions().create({ title: "Mine" });
  const store = chat.session(id);
  const sent = store.send("Hello");
  expect((await until(store, ({ messages }) => messages.length === 1)).title).toBe("Mine");
  await sent;
  const { title, messages } = await direct.session.get.query({ session_id: id });
  expect([title, messages.map(({ content }) => content)]).toEqual(["Mine", ["Hello"]]);
  expect(proxy.bodies.map((body) => body.includes("Hello"))).toEqual([false, false, true]);
  expect((await until(store, ({ status }) => status === "live")).error).toBeUndefined();
});

test("the messages of a session whose making is refused fail with it, the later ones too", async () => {
  const { ways } = await start();
  const { chat } = openChat(ways);
  const id = chat.sessions().create({ title: "x".repeat(1001) });
  const store = chat.session(id);
  await expect(store.send("Hello")).rejects.toMatchObject({ code: "BAD_REQUEST" });
  const [message] = (await until(store, ({ messages }) => messages.length === 1)).messages;
  expect(message).toMatchObject({ delivery: "failed", error: { code: "BAD_REQUEST" } });
  await expect(store.send("Again")).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("what is unsent when the program ends is sent by the next one, once and in order", async () => {
  const { proxy, stored, ways } = await start();
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

test("a tab that is not the sender hands its message over, and the next tab takes over from one that ended", async () => {
  const { proxy, stored, ways } = await start();
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

test("where every tab sends, twenty messages of two tabs are stored once each", async () => {
  const { stored, ways } = await start();
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

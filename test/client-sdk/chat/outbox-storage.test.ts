import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { ChatStorage } from "../../../client-sdk/src/chat/storage/chat-storage.ts";
import { createFileStorage } from "../../../client-sdk/src/chat/storage/file-storage.ts";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { openChat, until } from "./support/open-chat.ts";
import { openScripted } from "./support/open-scripted.ts";
import { startDesk } from "./support/start-desk.ts";
import { Tabs } from "./support/tabs.ts";

const program = resolve(import.meta.dirname, "support/sending-program.ts");

test("unsent messages of a killed program are sent by the next one, once and in order [SEND-1]", async () => {
  const { proxy, stored, wsUrl, ways } = await startDesk();
  const file = join(makeTemporaryFolder(), "chat.json");
  proxy.always = "cut after";
  const child = spawn(process.execPath, [program, ways.url, wsUrl, file], { stdio: "inherit" });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  await expect.poll(() => proxy.bodies.length, { interval: 5 }).toBeGreaterThan(2);
  await expect
    .poll(async () => (await createFileStorage(file).list("")).filter(([name]) => name.endsWith("/item")))
    .toHaveLength(3);
  child.kill("SIGKILL");
  await ended;
  expect(await stored()).toEqual(["one"]);
  proxy.always = undefined;
  const { chat } = openChat({ ...ways, storage: createFileStorage(file) });
  await chat.drain();
  expect(await stored()).toEqual(["one", "two", "three"]);
});

/** A storage with room for so many characters. */
function createSmallStorage(maxChars: number): ChatStorage {
  const values = new Map<string, string>();
  const storage = createMemoryStorage(values);
  return {
    ...storage,
    async write(changes) {
      const next = new Map([...values, ...changes].map(([name, value]) => [name, value ?? ""]));
      const chars = [...next.values()].reduce((sum, value) => sum + value.length, 0);
      if (chars > maxChars) throw Object.assign(new Error("full"), { name: "QuotaExceededError" });
      await storage.write(changes);
    },
  };
}

test("where there is no room a message is sent from memory and says that it is not kept [SEND-6]", async () => {
  const { proxy, stored, ways } = await startDesk();
  proxy.hold();
  const { chat } = openChat({ ...ways, storage: createSmallStorage(10) });
  const store = chat.session("s");
  const sent = store.send("Hello");
  const held = await proxy.nextHeld();
  const { messages } = await until(store, (state) => state.messages[0]?.isUnkept === true);
  expect(messages).toMatchObject([{ content: "Hello", delivery: "pending" }]);
  proxy.release();
  held.go();
  await sent;
  await chat.drain();
  expect(await stored()).toEqual(["Hello"]);
  expect(proxy.bodies).toHaveLength(1);
});

test("a send is handed to the storage at once, while earlier writes are under way", () => {
  const written: string[] = [];
  const writes: (() => void)[] = [];
  const storage: ChatStorage = {
    ...createMemoryStorage(),
    write(changes) {
      for (const [, value] of changes) written.push(value ?? "");
      return new Promise((done) => void writes.push(done));
    },
  };
  const { chat } = openScripted({ storage });
  const store = chat.session("s");
  for (const content of ["one", "two", "three"]) void store.send(content);
  expect(written.map((text) => /one|two|three/.exec(text)?.[0])).toEqual(["one", "two", "three"]);
  for (const done of writes) done();
});

test("a tab that is not the sender sends what only it knows of, since the storage has no room", async () => {
  const { stored, ways } = await startDesk();
  const tabs = new Tabs();
  tabs.open();
  const { chat } = openChat({ ...ways, storage: createSmallStorage(10), sender: tabs.open() });
  await chat.session("s").send("Hello");
  expect(await stored()).toEqual(["Hello"]);
});

test("kept conversations make room for a message that is to be sent [SEND-6]", async () => {
  const { proxy, ways } = await startDesk();
  const storage = createSmallStorage(1500);
  const { chat } = openChat({ ...ways, storage });
  const store = chat.session("s");
  await store.send("x".repeat(700));
  await until(store, ({ status, messages }) => status === "live" && messages.length === 1);
  await expect
    .poll(async () => (await storage.list("")).filter(([name]) => name.includes("]kept/")))
    .toHaveLength(1);
  proxy.hold();
  void store.send("y".repeat(700));
  await proxy.nextHeld();
  const { messages } = await until(store, (state) => state.messages.length === 2);
  expect(messages[1]).not.toHaveProperty("isUnkept");
  expect((await storage.list("")).filter(([name]) => name.endsWith("/item"))).toHaveLength(1);
});

test("of all reloads that other tabs ask for while one runs, one is made", async () => {
  const reads: (() => void)[] = [];
  const storage: ChatStorage = {
    ...createMemoryStorage(),
    list: () => new Promise((done) => void reads.push(() => done([]))),
  };
  const { chat } = openScripted({ storage });
  const reloads = Array.from({ length: 10 }, () => chat.outbox.reload());
  reads[0]?.();
  await expect.poll(() => reads).toHaveLength(2);
  reads[1]?.();
  await Promise.all(reloads);
  expect(reads).toHaveLength(2);
});

test("forgetting closes the stores that are in use, in all tabs, and nothing is stored again [KEPT-3]", async () => {
  const { direct, ways } = await startDesk();
  const storage = createMemoryStorage();
  const tabs = new Tabs();
  const [one, two] = [0, 1].map(() => openChat({ ...ways, storage, sender: tabs.open() }).chat);
  if (!one || !two) throw new Error("There are no two tabs.");
  const stores = [one.session("s"), two.session("s"), one.sessions()] as const;
  for (const store of stores) await until<{ status: string }>(store, ({ status }) => status === "live");
  const stops = stores.map((store) => store.subscribe(() => undefined));
  await one.forget();
  for (const store of stores) {
    const closed = { status: "closed", error: { kind: "aborted" }, isLoaded: false };
    await expect.poll(() => store.getSnapshot()).toMatchObject(closed);
  }
  await direct.message.add.mutate({ session_id: "s", content: "later", sender: "user" });
  await Promise.all([one.flush(), two.flush()]);
  expect(await storage.list("")).toEqual([]);
  for (const stop of stops) stop();
  const again = await until(one.session("s"), ({ status }) => status === "live");
  expect(again.messages.map(({ content }) => content)).toEqual(["later"]);
  expect(again.error).toBeUndefined();
});

test("forgetting deletes all that is stored for the user and nothing of others [KEPT-2] [KEPT-3]", async () => {
  const { proxy, ways } = await startDesk();
  const storage = createMemoryStorage();
  proxy.hold();
  const ann = openChat({ ...ways, storage, user: "ann" });
  const ben = openChat({ ...ways, storage, user: "ben" });
  for (const { chat } of [ann, ben]) void chat.session("s").send("Hello");
  const store = ann.chat.session("s");
  await until(store, ({ status }) => status === "live");
  await expect
    .poll(async () => (await storage.list("")).filter(([name]) => name.includes("ann")))
    .not.toEqual([]);
  await ann.chat.forget();
  expect(await until(store, ({ messages }) => messages.length === 0)).toBeDefined();
  await ann.chat.close();
  const names = (await storage.list("")).map(([name]) => name);
  expect(names.filter((name) => name.includes("ann"))).toEqual([]);
  expect(names.filter((name) => name.includes("ben"))).not.toEqual([]);
});

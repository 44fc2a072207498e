import { expect, onTestFinished, test } from "vitest";
import { emptySession } from "../../../client-sdk/src/chat/apply-event.ts";
import { shortenSession } from "../../../client-sdk/src/chat/kept/shorten.ts";
import { KeptState } from "../../../client-sdk/src/chat/kept/kept-state.ts";
import { KeptWriter } from "../../../client-sdk/src/chat/kept/kept-writer.ts";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import { startApp } from "../../support/start-app.ts";
import { createHttpClient } from "../../support/trpc-clients.ts";
import { head, message } from "./support/live-session.ts";
import { openChat, until } from "./support/open-chat.ts";
import { openScripted } from "./support/open-scripted.ts";
import { ScriptedLine } from "./support/scripted-line.ts";

async function startWithMessages(count: number) {
  const { url, wsUrl } = await startApp();
  const direct = createHttpClient(url);
  await direct.session.create.mutate({ id: "s", title: "Kept" });
  const add = (content: string) => direct.message.add.mutate({ session_id: "s", content, sender: "user" });
  for (let at = 1; at <= count; at += 1) await add(`message ${at}`);
  return { ways: { url, wsUrl }, add };
}

test("a reload shows the conversation before the network answers, and resumes at its position [KEPT-1]", async () => {
  const { ways, add } = await startWithMessages(3);
  const storage = createMemoryStorage();
  const before = openChat({ ...ways, storage });
  await until(before.chat.session("s"), ({ status }) => status === "live");
  await before.chat.close();
  await add("missed");

  const silent = openChat({ ...ways, storage, line: new ScriptedLine() });
  const shown = await until(silent.chat.session("s"), ({ isLoaded }) => isLoaded);
  expect([shown.title, shown.status, shown.messages.length]).toEqual(["Kept", "connecting", 3]);

  const after = openChat({ ...ways, storage });
  const state = await until(after.chat.session("s"), ({ status }) => status === "live");
  expect(state.messages.map(({ content }) => content)).toEqual([
    "message 1",
    "message 2",
    "message 3",
    "missed",
  ]);
  expect(after.line.subscriptions).toEqual([expect.stringMatching(/^[^:]+:\d+$/)]);
});

test("a reload shows an edit and a send that were answered, though the log has not told of them", async () => {
  const storage = createMemoryStorage();
  const { line, calls, chat } = openScripted({ storage });
  const store = chat.session("s");
  onTestFinished(store.subscribe(() => undefined));
  await expect.poll(() => line.open).toBe(1);
  const session = { ...head, messages: [message(1, 1)] };
  line.tell({ type: "snapshot", seq: 1, epoch: "e", session, has_earlier: false });
  // A later change is not gathered with this one.
  const isKept = async () => (await storage.list("")).some(([name]) => name.endsWith("kept/session/s"));
  await expect.poll(isKept).toBe(true);
  const edited = store.edit("key-1", "edited");
  (await calls.next()).answer(message(1, 2, "edited"));
  await edited;
  const sent = store.send("sent", { key: "key-2" });
  (await calls.next()).answer(message(2, 3, "sent"));
  await sent;
  await chat.close();

  const after = openScripted({ storage }).chat.session("s");
  onTestFinished(after.subscribe(() => undefined));
  const { messages } = await until(after, ({ isLoaded }) => isLoaded);
  expect(messages.map(({ content }) => content)).toEqual(["edited", "sent"]);
});

test("a reset clears what is kept of every session, and never what is to be sent [MERGE-4]", async () => {
  const { ways } = await startWithMessages(1);
  const storage = createMemoryStorage();
  await storage.write([
    [`ai-desk${JSON.stringify([ways.wsUrl, null])}kept/session/other`, "{}"],
    [`ai-desk${JSON.stringify([ways.wsUrl, null])}used/session/other`, '{"at":1,"chars":2}'],
  ]);
  const line = new ScriptedLine();
  const { chat } = openChat({ ...ways, url: "http://127.0.0.1:9", storage, line });
  const store = chat.session("s");
  void store.send("unsent");
  const stop = store.subscribe(() => undefined);
  await expect.poll(() => line.open).toBe(1);
  const session = { id: "s", title: "Anew", created_at: "2026-01-01T00:00:00Z", messages: [] };
  line.tell({ type: "reset", seq: 1, epoch: "f", session, has_earlier: false });
  const names = async () => (await storage.list("")).map(([name]) => name.slice(name.indexOf("]") + 1));
  await expect.poll(names).not.toContain("kept/session/other");
  await expect.poll(names).toContain("kept/session/s");
  expect((await names()).filter((name) => name.endsWith("/item"))).toHaveLength(1);
  expect(store.getSnapshot().messages).toMatchObject([{ content: "unsent", delivery: "pending" }]);
  stop();
});

test("of one session the latest messages are kept, and the others count as not loaded [KEPT-2]", () => {
  const messages = Array.from({ length: 250 }, (_, at) => ({
    id: at + 1,
    seq: at + 1,
    key: `k${at}`,
    session_id: "s",
    sender: "user",
    timestamp: "",
    content: "x",
  }));
  const short = shortenSession({ ...emptySession, seq: 250, messages });
  expect([short?.messages.length, short?.floor, short?.hasEarlier]).toEqual([100, 151, true]);
  const large = messages.map((each) => ({ ...each, content: "x".repeat(100_000) }));
  expect(shortenSession({ ...emptySession, seq: 250, messages: large })?.messages.length).toBe(2);
  const [huge] = messages;
  expect(
    shortenSession({ ...emptySession, messages: huge ? [{ ...huge, content: "x".repeat(400_000) }] : [] }),
  ).toBeUndefined();
});

test("of all sessions those used last are kept [KEPT-2]", async () => {
  const storage = createMemoryStorage();
  let time = 0;
  const kept = new KeptWriter(storage, "p", () => (time += 1));
  for (let at = 0; at < 60; at += 1) {
    kept.save(`session/${at}`, () => ({ position: "e:1", state: { ...emptySession, seq: at } }));
    await kept.flush();
  }
  const reader = new KeptState({ storage, prefix: "p", loadWriter: () => Promise.resolve(kept) });
  expect(await reader.load("session/9")).toBeUndefined();
  expect(await reader.load("session/10")).toMatchObject({ state: { seq: 10 } });
  expect(await storage.list("")).toHaveLength(100);
});

test("what is new when a page ends is stored before anything is read: a page that ends gets no answers [KEPT-1]", async () => {
  const memory = createMemoryStorage();
  const storage = { ...memory, list: () => new Promise<never>(() => undefined) };
  const kept = new KeptWriter(storage, "p", () => 1);
  kept.save("session/s", () => ({ position: "e:1", state: { ...emptySession, seq: 7 } }));
  void kept.flush();
  const reader = new KeptState({ storage, prefix: "p", loadWriter: () => Promise.resolve(kept) });
  expect(await reader.load("session/s")).toMatchObject({ state: { seq: 7 } });
});

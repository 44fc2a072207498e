import { expect, onTestFinished, test } from "vitest";
import { openChat, until } from "./support/open-chat.ts";
import { startDesk } from "./support/start-desk.ts";

test("an edit that is based on an older state than the server's is refused with CONFLICT", async () => {
  const { direct, stored, ways, proxy } = await startDesk();
  const { id } = await direct.message.add.mutate({ session_id: "s", content: "first", sender: "user" });
  const { chat } = openChat(ways);
  const store = chat.session("s");
  onTestFinished(store.subscribe(() => undefined));
  const { messages } = await until(store, ({ status }) => status === "live");
  proxy.hold();
  const edited = store.edit(messages[0]?.key ?? "", "mine");
  const held = await proxy.nextHeld();
  await direct.message.update.mutate({ session_id: "s", message_id: id, content: "theirs" });
  proxy.release();
  held.go();
  await expect(edited).rejects.toMatchObject({ code: "CONFLICT" });
  await until(store, (state) => state.messages[0]?.content === "theirs");
  expect(await stored()).toEqual(["theirs"]);
});

test("an edit of a message that changed while its editor was open is refused with CONFLICT [CHANGE-1]", async () => {
  const { direct, stored, ways } = await startDesk();
  const { id } = await direct.message.add.mutate({ session_id: "s", content: "first", sender: "user" });
  const store = openChat(ways).chat.session("s");
  onTestFinished(store.subscribe(() => undefined));
  const [seen] = (await until(store, ({ status }) => status === "live")).messages;
  await direct.message.update.mutate({ session_id: "s", message_id: id, content: "theirs" });
  await until(store, (state) => state.messages[0]?.content === "theirs");
  const edited = store.edit(seen?.key ?? "", "mine", { seq: seen?.seq });
  await expect(edited).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await stored()).toEqual(["theirs"]);
  expect(store.getSnapshot().messages[0]).toMatchObject({ content: "theirs", error: { code: "CONFLICT" } });
});

test("the latest 50 messages are loaded first, and the ones before them by pages [KEPT-1]", async () => {
  const { direct, ways } = await startDesk();
  for (let at = 1; at <= 120; at += 1) {
    await direct.message.add.mutate({ session_id: "s", content: `message ${at}`, sender: "user" });
  }
  const store = openChat(ways).chat.session("s");
  onTestFinished(store.subscribe(() => undefined));
  const first = await until(store, ({ status }) => status === "live");
  expect([first.messages.length, first.hasEarlier]).toEqual([50, true]);
  await store.loadEarlier();
  await store.loadEarlier();
  const all = await until(store, ({ messages }) => messages.length === 120);
  expect([all.messages[0]?.content, all.hasEarlier]).toEqual(["message 1", false]);
});

test("a session comes to the top of the list with its first message", async () => {
  const { ways } = await startDesk();
  const { chat } = openChat(ways);
  const list = chat.sessions();
  onTestFinished(list.subscribe(() => undefined));
  await until(list, ({ status, sessions }) => status === "live" && sessions.length === 1);
  const made = list.create({ title: "Later" });
  await until(list, ({ sessions }) => sessions[0]?.id === made && sessions[0].delivery === "sent");
  await chat.session("s").send("Hello");
  const { sessions } = await until(list, (state) => state.sessions[0]?.id === "s");
  expect(sessions[0]?.last_message).toMatchObject({ excerpt: "Hello", sender: "user" });
});

test("when an action is done, the snapshot shows it, and listeners have heard of it", async () => {
  const { ways } = await startDesk();
  const store = openChat(ways).chat.session("s");
  let shown = store.getSnapshot();
  onTestFinished(store.subscribe(() => (shown = store.getSnapshot())));
  await until(store, ({ status }) => status === "live");
  const contents = () =>
    [store.getSnapshot(), shown].map(({ messages }) => messages.map(({ content }) => content));
  const { key } = await store.send("Helo");
  expect([contents(), shown.messages[0]?.delivery]).toEqual([[["Helo"], ["Helo"]], "sent"]);
  await store.edit(key, "Hello");
  expect(contents()).toEqual([["Hello"], ["Hello"]]);
  await store.remove(key);
  expect(contents()).toEqual([[], []]);
});

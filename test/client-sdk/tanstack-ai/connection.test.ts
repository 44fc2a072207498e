import { ChatClient } from "@tanstack/ai-client";
import { expect, onTestFinished, test } from "vitest";
import type { Chat, Client } from "../../../client-sdk/src/index.ts";
import { createChat } from "../../../client-sdk/src/index.ts";
import { aiDeskConnection, tanstackFormat } from "../../../client-sdk/src/tanstack-ai/index.ts";
import { startApp } from "../../support/start-app.ts";
import { Script, serve, User } from "../worker/support/serve.ts";

type Options = Partial<ConstructorParameters<typeof ChatClient>[0]>;

/** A session, and clients of the library that follow it as `useChat` with `live: true` does. */
async function begin(): Promise<{
  url: string;
  user: User;
  rpc: Client;
  chat: Chat;
  open: (options?: Options) => ChatClient;
}> {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const chat = createChat({ url });
  const open = (options: Options = {}): ChatClient => {
    const client = new ChatClient({
      connection: aiDeskConnection(chat, user.id),
      threadId: user.id,
      ...options,
    } as ConstructorParameters<typeof ChatClient>[0]);
    client.subscribe();
    client.attach();
    onTestFinished(() => client.dispose());
    return client;
  };
  onTestFinished(() => chat.close());
  return { url, user, rpc: user.client, chat, open };
}

/** The messages that the client shows: each message as `role: text`. */
function linesOf(client: ChatClient): string[] {
  return client
    .getMessages()
    .map(
      ({ role, parts }) =>
        `${role}: ${parts.map((part) => (part.type === "text" ? part.content : "")).join("")}`,
    );
}

async function expectLines(client: ChatClient, ...lines: string[]): Promise<void> {
  await expect.poll(() => linesOf(client)).toEqual(lines);
}

/** A worker whose replies the test writes, in the order in which they begin. */
function serveScripts(url: string): { script: (at: number) => Promise<Script>; aborted: string[] } {
  const scripts: Script[] = [];
  const aborted: string[] = [];
  serve(url, {
    reply({ key, signal }) {
      const script = new Script();
      scripts.push(script);
      signal.addEventListener("abort", () => {
        aborted.push(key);
        script.end();
      });
      return script;
    },
  });
  return {
    aborted,
    async script(at) {
      await expect.poll(() => scripts.length).toBeGreaterThan(at);
      return scripts[at] as Script;
    },
  };
}

test("a message is stored under its id, and the reply's key is the id of its run", async () => {
  const { url, user, open } = await begin();
  const { script } = serveScripts(url);
  const client = open();
  const seen: string[] = [];
  const watcher = open({ onChunk: (chunk) => void seen.push(chunk.type) });
  await expect.poll(() => seen).toEqual(["MESSAGES_SNAPSHOT"]);
  const sent = client.sendMessage("Hello");
  const reply = await script(0);
  reply.say("Hi");
  await expectLines(watcher, "user: Hello", "assistant: Hi");
  expect([client.getIsLoading(), watcher.getIsLoading(), watcher.getSessionGenerating()]).toEqual([
    true,
    false,
    true,
  ]);
  expect(client.getStatus()).toBe("streaming");
  reply.say(" there");
  reply.end();
  await sent;
  await expectLines(client, "user: Hello", "assistant: Hi there");
  await expectLines(watcher, "user: Hello", "assistant: Hi there");
  await expect.poll(() => watcher.getSessionGenerating()).toBe(false);
  expect([client.getStatus(), client.getIsLoading()]).toEqual(["ready", false]);
  const ids = client.getMessages().map(({ id }) => id);
  expect((await user.messages()).map(({ key }) => key)).toEqual(ids);
  expect(ids[1]).toBe(`reply:${ids[0]}`);
});

test("stop ends the reply, and an unmount does not", async () => {
  const { url, user, open } = await begin();
  const { script, aborted } = serveScripts(url);
  const client = open();
  void client.sendMessage("One");
  const first = await script(0);
  first.say("Begun");
  await expectLines(client, "user: One", "assistant: Begun");
  // As the library's hook does.
  client.detach();
  setTimeout(() => client.dispose());
  first.say(" and ended");
  first.end();
  await expect
    .poll(async () => (await user.messages()).map(({ content, status }) => [content, status]))
    .toEqual([
      ["One", undefined],
      ["Begun and ended", undefined],
    ]);
  expect(aborted).toEqual([]);
  const other = open();
  await expectLines(other, "user: One", "assistant: Begun and ended");
  await expect.poll(() => other.getSessionGenerating()).toBe(false);
  void other.sendMessage("Two");
  (await script(1)).say("Begun");
  await expectLines(other, "user: One", "assistant: Begun and ended", "user: Two", "assistant: Begun");
  other.stop();
  await expect.poll(async () => (await user.messages()).at(-1)?.status).toBe("stopped");
  expect(other.getMessages().at(-1)?.metadata).toMatchObject({ aiDesk: { status: "stopped" } });
});

test("reload asks for another reply, which becomes an alternative, and stops the one that is written", async () => {
  const { url, user, open } = await begin();
  const { script } = serveScripts(url);
  const client = open();
  void client.sendMessage("Question");
  (await script(0)).say("First");
  await expectLines(client, "user: Question", "assistant: First");
  const reloaded = client.reload();
  const second = await script(1);
  second.say("Second");
  second.end();
  await reloaded;
  await expectLines(client, "user: Question", "assistant: Second");
  expect((await user.messages()).map(({ content, status }) => [content, status])).toEqual([
    ["Question", undefined],
    ["First", "stopped"],
    ["Second", undefined],
  ]);
  expect(client.getMessages().at(-1)?.metadata).toMatchObject({
    aiDesk: { branch: { index: 1, count: 2 } },
  });
});

test("messages that are sent while a reply is written are stored at once, and the reply goes on", async () => {
  const { url, user, open } = await begin();
  const { script, aborted } = serveScripts(url);
  const client = open({ queue: "interrupt" });
  void client.sendMessage("One");
  const reply = await script(0);
  reply.say("Begun");
  await expectLines(client, "user: One", "assistant: Begun");
  void client.sendMessage("Two");
  void client.sendMessage("Three");
  await expectLines(client, "user: One", "assistant: Begun", "user: Two", "user: Three");
  await expect.poll(async () => (await user.messages()).length).toBe(4);
  await expect.poll(() => client.getSessionGenerating()).toBe(true);
  reply.say(" and ended");
  reply.end();
  (await script(1)).end();
  await expectLines(
    client,
    "user: One",
    "assistant: Begun and ended",
    "user: Two",
    "user: Three",
    "assistant: ",
  );
  expect(aborted).toEqual([]);
});

test("replies that are written at the same time keep their texts apart, also when others change the session", async () => {
  const { user, rpc, open } = await begin();
  const asked = await user.say("Question");
  const session_id = user.id;
  for (const key of ["a", "b"])
    await rpc.message.add.mutate({
      session_id,
      key,
      writer: key,
      content: key,
      sender: "assistant",
      status: "streaming",
    });
  const append = (key: string, offset: number, text: string) =>
    rpc.message.append.mutate({ session_id, key, writer: key, offset, text });
  const client = open();
  await expectLines(client, "user: Question", "assistant: a", "assistant: b");
  await append("b", 1, "1");
  await expectLines(client, "user: Question", "assistant: a", "assistant: b1");
  await rpc.message.update.mutate({ session_id, message_id: asked.id, content: "Changed" });
  await expectLines(client, "user: Changed", "assistant: a", "assistant: b1");
  await append("b", 2, "2");
  await append("a", 1, "1");
  await expectLines(client, "user: Changed", "assistant: a1", "assistant: b12");
  await rpc.message.finish.mutate({ session_id, key: "a", writer: "a" });
  await append("b", 3, "3");
  await expectLines(client, "user: Changed", "assistant: a1", "assistant: b123");
  expect(client.getSessionGenerating()).toBe(true);
  await rpc.message.finish.mutate({ session_id, key: "b", writer: "b" });
  await expect.poll(() => client.getSessionGenerating()).toBe(false);
});

test("a client that begins in the middle of a reply joins it, and its stop ends the reply", async () => {
  const { url, user, rpc, open } = await begin();
  const { script } = serveScripts(url);
  await rpc.message.add.mutate({ session_id: user.id, sender: "user", content: "Hello" });
  const reply = await script(0);
  reply.say("Hi");
  const client = open({ persistence: true });
  await expect.poll(() => client.getIsLoading()).toBe(true);
  reply.say(" there");
  await expectLines(client, "user: Hello", "assistant: Hi there");
  client.stop();
  await expect.poll(async () => (await user.messages()).at(-1)?.status).toBe("stopped");
  await expectLines(client, "user: Hello", "assistant: Hi there");
  await expect.poll(() => client.getSessionGenerating()).toBe(false);
});

test("a reply that fails is an error of the client, with the sentence for people", async () => {
  const { url, open } = await begin();
  serve(url, {
    onError: () => undefined,
    describeError: () => "The model is away.",
    // oxlint-disable-next-line require-yield
    async *reply() {
      throw new Error("secret");
    },
  });
  const client = open();
  await client.sendMessage("Hello");
  expect(client.getError()?.message).toBe("The model is away.");
  await expectLines(client, "user: Hello", "assistant: ");
});

test("a reply that is stored whole, or begins and ends between two frames, ends the wait for it", async () => {
  const { user, rpc, open } = await begin();
  const client = open();
  for (const [question, end] of [
    ["One", {}],
    ["Two", { status: "failed", error: "The model is away." }],
  ] as const) {
    const asked = client.sendMessage(question);
    await expect.poll(async () => (await user.messages()).at(-1)?.content).toBe(question);
    const reply = { session_id: user.id, key: `reply to ${question}` };
    const isWhole = question === "One";
    const opening = { content: isWhole ? "Whole" : "", sender: "assistant", writer: "w" } as const;
    // The calls come in one batch, so that the client hears of their changes together.
    await Promise.all([
      rpc.message.add.mutate({ ...reply, ...opening, ...(!isWhole && { status: "streaming" }) }),
      ...(isWhole ? [] : [rpc.message.finish.mutate({ ...reply, writer: "w", ...end })]),
    ]);
    await asked;
  }
  expect(client.getError()?.message).toBe("The model is away.");
  await expectLines(client, "user: One", "assistant: Whole", "user: Two", "assistant: ");
});

test("a message that the server refuses is an error of the client, and stays to be sent again", async () => {
  const { open } = await begin();
  const client = open();
  await client.sendMessage("x".repeat(200_000));
  expect(client.getError()?.message).toMatch(/100.?000/);
  await expect
    .poll(() => client.getMessages()[0]?.metadata)
    .toMatchObject({ aiDesk: { delivery: "failed", error: { kind: "refused" } } });
});

test("earlier messages come page by page", async () => {
  const { user, open } = await begin();
  for (let at = 0; at < 120; at += 1) await user.say(String(at));
  const client = open({ persistence: true });
  await expect.poll(() => [client.getMessages().length, client.getHasOlderMessages()]).toEqual([50, true]);
  await client.loadOlderMessages();
  await expect.poll(() => [client.getMessages().length, client.getHasOlderMessages()]).toEqual([100, true]);
  await client.loadOlderMessages();
  await expect.poll(() => [client.getMessages().length, client.getHasOlderMessages()]).toEqual([120, false]);
  expect(linesOf(client)).toEqual(Array.from({ length: 120 }, (_, at) => `user: ${at}`));
});

const parts = [
  { type: "thinking", content: "Let me look", stepId: "s" },
  {
    type: "tool-call",
    id: "c",
    name: "weather",
    arguments: '{"city":"Bern"}',
    input: { city: "Bern" },
    state: "complete",
    output: { degrees: 7 },
  },
  { type: "tool-result", toolCallId: "c", content: '{"degrees":7}', state: "complete" },
  { type: "text", content: "It is 7 degrees." },
];

test("tool calls, thinking and other parts are shown as they were stored", async () => {
  const { user, rpc, open } = await begin();
  const add = (sender: "user" | "assistant", content: string, shown: unknown) =>
    rpc.message.add.mutate({ session_id: user.id, sender, content, parts: shown, format: tanstackFormat });
  await add("assistant", "It is 7 degrees.", parts);
  const thought = [{ type: "thinking", content: "Only that" }];
  await add("assistant", "Nothing", thought);
  await add("assistant", "Nothing", [{ type: "text", content: "Nothing" }, null, "junk"]);
  for (const persistence of [false, true] as const) {
    const later = open({ persistence } as Options);
    await expect
      .poll(() => later.getMessages().map((message) => message.parts))
      .toEqual([
        parts,
        [...thought, { type: "text", content: "Nothing" }],
        [{ type: "text", content: "Nothing" }],
      ]);
  }
});

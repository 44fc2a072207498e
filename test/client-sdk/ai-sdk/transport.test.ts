import type { UIMessage, UIMessageChunk } from "ai";
import { expect, onTestFinished, test } from "vitest";
import { aiDeskTransport } from "../../../client-sdk/src/ai-sdk/transport.ts";
import type { Chat } from "../../../client-sdk/src/index.ts";
import { createChat } from "../../../client-sdk/src/index.ts";
import { startApp } from "../../support/start-app.ts";
import { Script, serve, User } from "../worker/support/serve.ts";

type Ask = Partial<Parameters<ReturnType<typeof aiDeskTransport>["sendMessages"]>[0]>;

const said = (id: string, text: string): UIMessage => ({ id, role: "user", parts: [{ type: "text", text }] });

async function begin() {
  const { url, app } = await startApp();
  const chat: Chat = createChat({ url });
  onTestFinished(() => chat.close());
  const transport = aiDeskTransport({ chat });
  const ask = ({ messages = [said("m1", "Hello")], ...fields }: Ask = {}) =>
    transport.sendMessages({
      chatId: "s",
      trigger: "submit-message",
      messageId: undefined,
      abortSignal: undefined,
      messages,
      ...fields,
    });
  return { url, app, chat, transport, ask, user: new User(url) };
}

/** The text of a stream, and the types of its first and last chunks. */
async function read(stream: ReadableStream<UIMessageChunk> | null): Promise<string> {
  const chunks = await Array.fromAsync(stream ?? []);
  const text = chunks.map((chunk) => (chunk.type === "text-delta" ? chunk.delta : "")).join("");
  return [chunks[0]?.type, text, chunks.at(-1)?.type].join("|");
}

async function* echo({ messages }: { messages: readonly { content: string }[] }): AsyncGenerator<string> {
  yield `You said ${messages.at(-1)?.content}`;
}

test("the first message creates the session, and the last message alone is sent", async () => {
  const { url, ask, user } = await begin();
  serve(url, { reply: echo });
  expect(await read(await ask())).toBe("start|You said Hello|finish");
  const messages = [said("other", "Not sent"), said("m2", "More")];
  expect(await read(await ask({ messages }))).toBe("start|You said More|finish");
  expect((await user.messages()).map(({ key }) => key)).toEqual(["m1", "reply:m1", "m2", "reply:m2"]);
  expect((await user.messages())[0]).toMatchObject({
    parts: [{ type: "text", text: "Hello" }],
    format: "ai-sdk/ui-message",
  });
});

test("a transport with an address has a chat of its own, which it closes", async () => {
  const { url, app } = await startApp();
  serve(url, { reply: echo });
  const transport = aiDeskTransport({ url, sessionId: "mine" });
  const stream = await transport.sendMessages({
    chatId: "another",
    trigger: "submit-message",
    messageId: undefined,
    abortSignal: undefined,
    messages: [said("m1", "Hello")],
  });
  expect(await read(stream)).toBe("start|You said Hello|finish");
  expect(await new User(url, "mine").messages()).toHaveLength(2);
  expect(app.counts().trpcSockets).toBe(2);
  transport.close?.();
  await expect.poll(() => app.counts().trpcSockets).toBe(1);
});

test("an abort ends the stream and not the reply, which can be joined from its beginning", async () => {
  const { url, ask, transport, user } = await begin();
  const script = new Script();
  serve(url, { reply: () => script });
  script.say("Hello ");
  const left = new AbortController();
  const stream = (await ask({ abortSignal: left.signal })).getReader();
  for (let type = ""; type !== "text-delta";) ({ type = "" } = (await stream.read()).value ?? {});
  left.abort();
  expect(await stream.read()).toEqual({ done: true, value: undefined });
  const joined = await transport.reconnectToStream({ chatId: "s" });
  script.say("Ann");
  script.end();
  expect(await read(joined)).toBe("start|Hello Ann|finish");
  expect((await user.messages())[1]).toMatchObject({ content: "Hello Ann" });
  expect(await transport.reconnectToStream({ chatId: "s" })).toBeNull();
});

test("a cancelled stream does not follow the session any more", async () => {
  const { app, ask } = await begin();
  const stream = await ask();
  await expect.poll(() => app.counts().followers).toBe(1);
  await stream.cancel();
  await expect.poll(() => app.counts().followers).toBe(0);
});

test("another reply is an alternative of the first, and an edited message one of the sent one", async () => {
  const { url, ask, user } = await begin();
  serve(url, { reply: echo });
  await read(await ask());
  expect(await read(await ask({ trigger: "regenerate-message" }))).toBe("start|You said Hello|finish");
  const edited = await ask({ messageId: "m1", messages: [said("m1", "Goodbye")] });
  expect(await read(edited)).toBe("start|You said Goodbye|finish");
  const [first, , again, edit] = await user.messages();
  expect(again).toMatchObject({ sender: "assistant", parent_key: "m1" });
  expect(edit).toMatchObject({ content: "Goodbye", parent_key: first?.key });
});

test("a message that the server refuses fails the stream, and can be sent again", async () => {
  const { ask, chat } = await begin();
  await expect(ask({ messages: [said("m1", "x".repeat(200_000))] }).then(read)).rejects.toThrow(
    /character|long|content/,
  );
  expect(chat.session("s").getSnapshot().messages[0]).toMatchObject({ key: "m1", delivery: "failed" });
});

test("the result of a tool of the app's own is refused with a sentence", async () => {
  const { ask } = await begin();
  const messages: UIMessage[] = [said("m1", "Hello"), { id: "r", role: "assistant", parts: [] }];
  await expect(ask({ messages })).rejects.toThrow("The last message is not a user's.");
});

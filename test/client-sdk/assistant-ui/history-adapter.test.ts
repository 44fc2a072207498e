import type { MessageFormatAdapter, ThreadMessage } from "@assistant-ui/react";
import { fromThreadMessageLike } from "@assistant-ui/react";
import { expect, onTestFinished, test } from "vitest";
import { aiDeskHistoryAdapter } from "../../../client-sdk/src/assistant-ui/index.ts";
import { createChat } from "../../../client-sdk/src/index.ts";
import { startApp } from "../../support/start-app.ts";

type UIMessage = { id: string; role: "user" | "assistant"; parts: { type: string; text?: string }[] };

/** Stores messages as the AI SDK's runtime does: everything but the id. */
const format: MessageFormatAdapter<UIMessage, Record<string, unknown>> = {
  format: "ai-sdk/v6",
  encode: ({ message: { id: _id, ...stored } }) => stored,
  decode: ({ id, parent_id, content }) => ({
    parentId: parent_id,
    message: { id, ...(content as Omit<UIMessage, "id">) },
  }),
  getId: ({ id }) => id,
};

async function openHistory() {
  const { url } = await startApp();
  const open = () => {
    const chat = createChat({ url });
    onTestFinished(() => chat.close());
    return chat;
  };
  const chat = open();
  await chat.rpc.session.create.mutate({ id: "s" });
  return { chat, open, history: aiDeskHistoryAdapter(chat, "s") };
}

const say = (id: string, role: UIMessage["role"], text: string): UIMessage => ({
  id,
  role,
  parts: [{ type: "text", text }],
});

const question = say("q", "user", "How?");
const answer: UIMessage = {
  id: "a",
  role: "assistant",
  parts: [{ type: "step-start" }, { type: "text", text: "So." }],
};

function withFormat(history: ReturnType<typeof aiDeskHistoryAdapter>) {
  const found = history.withFormat?.(format);
  if (!found?.update || !found.delete) throw new Error("The history lacks a function.");
  return found as Required<typeof found>;
}

test("a message is stored as its format encodes it, with its key, its text and the message that it answers", async () => {
  const { chat, history } = await openHistory();
  const rows = withFormat(history);
  await rows.append({ parentId: null, message: question });
  await rows.append({ parentId: "q", message: answer });
  const { items } = await chat.rpc.message.list.query({ session_id: "s" });
  expect(items).toMatchObject([
    {
      key: "q",
      sender: "user",
      content: "How?",
      format: "ai-sdk/v6",
      metadata: { id: "q", parent_id: null },
    },
    {
      key: "a",
      sender: "assistant",
      content: "So.",
      parts: { role: "assistant", parts: answer.parts },
      format: "ai-sdk/v6",
      parent_key: "q",
    },
  ]);
});

test("another program loads what was stored, in the same tree", async () => {
  const { open, history } = await openHistory();
  const rows = withFormat(history);
  const edited = say("q2", "user", "Why?");
  const again = say("a2", "assistant", "Otherwise.");
  const items = [
    { parentId: null, message: question },
    { parentId: "q", message: answer },
    { parentId: "q", message: again },
    { parentId: null, message: edited },
  ];
  for (const item of items) await rows.append(item);
  const chat = open();
  expect(await withFormat(aiDeskHistoryAdapter(chat, "s")).load()).toEqual({ headId: "q2", messages: items });
  const session = chat.session("s");
  const leave = session.subscribe(() => undefined);
  onTestFinished(leave);
  const shown = () => session.getSnapshot().messages.map(({ key, branch }) => [key, branch?.keys]);
  await expect.poll(shown).toEqual([["q2", ["q", "q2"]]]);
  await session.choose("q");
  await expect.poll(shown).toEqual([
    ["q", ["q", "q2"]],
    ["a2", ["a", "a2"]],
  ]);
});

test("an update replaces the message where it stands, and stores one that is not there", async () => {
  const { chat, open, history } = await openHistory();
  const rows = withFormat(history);
  await rows.append({ parentId: null, message: question });
  await rows.append({ parentId: "q", message: answer });
  await rows.append({ parentId: "a", message: say("q2", "user", "And then?") });
  const longer = { ...answer, parts: [...answer.parts, { type: "text", text: "Exactly so." }] };
  await rows.update({ parentId: "q", message: longer }, "a");
  await rows.update({ parentId: "q2", message: say("a2", "assistant", "Then this.") }, "a2");
  const { messages } = await withFormat(aiDeskHistoryAdapter(open(), "s")).load();
  expect(messages.map(({ parentId, message }) => [parentId, message.id])).toEqual([
    [null, "q"],
    ["q", "a"],
    ["a", "q2"],
    ["q2", "a2"],
  ]);
  expect(messages[1]?.message).toEqual(longer);
  const { items } = await chat.rpc.message.list.query({ session_id: "s" });
  expect(items).toHaveLength(4);
});

test("deleting messages that are not there is a success, and what followed a deleted one stays", async () => {
  const { open, history } = await openHistory();
  const rows = withFormat(history);
  await rows.delete([{ parentId: null, message: question }]);
  await rows.append({ parentId: null, message: question });
  await rows.append({ parentId: "q", message: answer });
  await rows.append({ parentId: "a", message: say("q2", "user", "And then?") });
  await rows.delete([{ parentId: "q", message: answer }]);
  await rows.delete([{ parentId: "q", message: answer }]);
  const { messages } = await withFormat(aiDeskHistoryAdapter(open(), "s")).load();
  expect(messages.map(({ parentId, message }) => [parentId, message.id])).toEqual([
    [null, "q"],
    ["q", "q2"],
  ]);
});

test("a message that was deleted is stored again", async () => {
  const { open, history } = await openHistory();
  const rows = withFormat(history);
  await rows.append({ parentId: null, message: question });
  await rows.delete([{ parentId: null, message: question }]);
  await rows.append({ parentId: null, message: question });
  expect((await withFormat(aiDeskHistoryAdapter(open(), "s")).load()).messages).toHaveLength(1);
});

test("messages of another format are passed over", async () => {
  const { chat, history } = await openHistory();
  await chat.rpc.message.add.mutate({ session_id: "s", sender: "user", content: "By REST", key: "rest" });
  await withFormat(history).append({ parentId: "rest", message: question });
  expect((await withFormat(history).load()).messages).toEqual([{ parentId: null, message: question }]);
});

test("a session that is under creation has an empty history, to which messages are added", async () => {
  const { chat } = await openHistory();
  const history = withFormat(aiDeskHistoryAdapter(chat, chat.sessions().create()));
  expect(await history.load()).toEqual({ headId: null, messages: [] });
  await history.append({ parentId: null, message: question });
  expect((await history.load()).messages).toHaveLength(1);
});

test("the local runtime's messages keep their reasoning, their tool calls and their status", async () => {
  const { open, history, chat } = await openHistory();
  await chat.rpc.message.add.mutate({ session_id: "s", sender: "user", content: "By REST", key: "rest" });
  const reply = fromThreadMessageLike(
    {
      id: "a",
      role: "assistant",
      content: [
        { type: "reasoning", text: "Look it up." },
        { type: "tool-call", toolCallId: "t", toolName: "weather", args: { city: "Ulm" }, result: "rain" },
        { type: "text", text: "It rains." },
      ],
      status: { type: "incomplete", reason: "length" },
      createdAt: new Date(0),
    },
    "a",
    { type: "complete", reason: "stop" },
  );
  await history.append({ parentId: "rest", message: reply });
  const { messages } = await aiDeskHistoryAdapter(open(), "s").load();
  const [first, second] = messages.map(({ message }) => message) as [ThreadMessage, ThreadMessage];
  expect(first).toMatchObject({ id: "rest", role: "user", content: [{ type: "text", text: "By REST" }] });
  expect(second.content).toEqual(reply.content);
  expect(second.status).toEqual(reply.status);
  expect(messages[1]?.parentId).toBe("rest");
});

test("of two programs that store a message of the same id, the later one counts", async () => {
  const { chat, open, history } = await openHistory();
  const other = withFormat(aiDeskHistoryAdapter(open(), "s"));
  const rows = withFormat(history);
  await Promise.all([rows.load(), other.load()]);
  await rows.append({ parentId: null, message: question });
  await other.append({ parentId: null, message: say("q", "user", "How, then?") });
  expect((await rows.load()).messages.map(({ message }) => message.parts[0]?.text)).toEqual(["How, then?"]);
  expect((await chat.rpc.message.list.query({ session_id: "s" })).items).toHaveLength(1);
});

test("an id that no key can have is kept beside the message", async () => {
  const { open, history } = await openHistory();
  for (const id of ["#1", "x".repeat(1000)])
    await withFormat(history).append({ parentId: null, message: { ...question, id } });
  const { messages } = await withFormat(aiDeskHistoryAdapter(open(), "s")).load();
  expect(messages.map(({ message }) => message.id)).toEqual(["#1", "x".repeat(1000)]);
});

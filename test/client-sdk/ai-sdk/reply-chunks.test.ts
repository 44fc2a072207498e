import type { UIMessage, UIMessageChunk } from "ai";
import { readUIMessageStream } from "ai";
import { expect, test } from "vitest";
import type { ReplyForm } from "../../../server/contract/reply-chunks.ts";
import { ReplyChunks } from "../../../server/contract/reply-chunks.ts";
import { storedParts } from "../../../server/contract/ui-message.ts";
import { weatherReply } from "../ui-libraries/support/weather-reply.ts";

type Form = Omit<ReplyForm, "key"> & { parts?: unknown };

/** The message that the AI SDK makes of a reply's forms, with the chunks that it got. */
async function read(...forms: Form[]): Promise<{ message: UIMessage | undefined; chunks: UIMessageChunk[] }> {
  const reply = new ReplyChunks();
  const chunks = forms.flatMap(
    (form) =>
      reply.next({ key: "r", ...form }, storedParts({ ...form, parts: form.parts })) as UIMessageChunk[],
  );
  return { message: await fold(chunks), chunks };
}

async function fold(chunks: readonly UIMessageChunk[]): Promise<UIMessage | undefined> {
  let message: UIMessage | undefined;
  const stream = ReadableStream.from(chunks);
  for await (const next of readUIMessageStream({ stream, onError: () => undefined })) message = next;
  return message;
}

/** Without fields that are undefined, as JSON has it. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("text that grows is one part", async () => {
  const { message, chunks } = await read(
    { content: "", status: "requested" },
    { content: "", status: "streaming" },
    { content: "Hel", status: "streaming" },
    { content: "Hello" },
  );
  expect(chunks).toEqual([
    { type: "start", messageId: "r" },
    { type: "text-start", id: "text" },
    { type: "text-delta", id: "text", delta: "Hel" },
    { type: "text-delta", id: "text", delta: "lo" },
    { type: "text-end", id: "text" },
    { type: "finish" },
  ]);
  expect(plain(message)).toEqual({
    id: "r",
    role: "assistant",
    parts: [{ type: "text", text: "Hello", state: "done" }],
  });
});

test.each([
  ["stopped", { type: "abort" }],
  ["interrupted", { type: "finish", finishReason: "interrupted" }],
  ["failed", { type: "error", errorText: "No model." }],
] as const)("a reply that is %s ends so", async (status, last) => {
  const { chunks } = await read(
    { content: "Hel", status: "streaming" },
    { content: "Hel", status, failure: "No model." },
  );
  expect(chunks.slice(-2)).toEqual([{ type: "text-end", id: "text" }, last]);
});

test("a reply is whole wherever the last chunks are lost, by its parts", async () => {
  const all: UIMessageChunk[] = [];
  for await (const chunk of weatherReply(Promise.resolve())) all.push(chunk);
  const { parts = [] } = (await fold(all)) ?? {};
  expect(parts.map(({ type }) => type)).toEqual([
    "step-start",
    "reasoning",
    "tool-weather",
    "step-start",
    "text",
  ]);
  for (let count = 0; count <= all.length; count += 1) {
    const seen = all.slice(0, count);
    const half = { content: "It is ", status: "streaming", chunks: seen };
    const form = count === 0 ? [] : [half];
    const { message, chunks } = await read(...form, { content: "It is sunny.", parts });
    expect(plain(message?.parts), `after ${count} chunks`).toEqual(plain(parts));
    expect(message?.id).toBe("r");
    expect(chunks.filter(({ type }) => type === "start" || type === "finish")).toHaveLength(2);
  }
});

test("a reply that is stopped in its middle ends the parts that are open", async () => {
  const chunks: UIMessageChunk[] = [
    { type: "start-step" },
    { type: "reasoning-start", id: "a" },
    { type: "reasoning-delta", id: "a", delta: "Well" },
  ];
  const { message } = await read(
    { content: "", status: "streaming", chunks },
    { content: "", status: "stopped" },
  );
  expect(message?.parts).toMatchObject([
    { type: "step-start" },
    { type: "reasoning", text: "Well", state: "done" },
  ]);
});

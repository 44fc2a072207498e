import { expect, test } from "vitest";
import { ReplyChunks } from "../../server/contract/reply-chunks.ts";

const reply = (content: string, status?: string) => ({ key: "r", content, status });

test("text that grows is one part, and its end comes once", () => {
  const chunks = new ReplyChunks();
  expect(chunks.next(reply("He", "streaming"))).toEqual([
    { type: "start", messageId: "r" },
    { type: "text-start", id: "text" },
    { type: "text-delta", id: "text", delta: "He" },
  ]);
  expect(chunks.next(reply("He", "streaming"))).toEqual([]);
  expect(chunks.next(reply("Hello"))).toEqual([
    { type: "text-delta", id: "text", delta: "llo" },
    { type: "text-end", id: "text" },
    { type: "finish" },
  ]);
});

test.each(["Goodbye!", "He"])(
  "a reply that ends with other text, %s, has it whole in a second part",
  (text) => {
    const chunks = new ReplyChunks();
    chunks.next(reply("Hello", "streaming"));
    expect(chunks.next(reply(text))).toEqual([
      { type: "text-end", id: "text" },
      { type: "text-start", id: "text-2" },
      { type: "text-delta", id: "text-2", delta: text },
      { type: "text-end", id: "text-2" },
      { type: "finish" },
    ]);
  },
);

test("a chunk that goes on with a part that has not begun is left out, and the reply's text is told once", () => {
  const chunks = new ReplyChunks();
  const orphans = [
    { type: "text-delta", id: "t", delta: "Hello" },
    { type: "reasoning-delta", id: "r", delta: "Hm" },
    { type: "text-end", id: "t" },
  ];
  expect(chunks.next({ ...reply("Hello", "streaming"), chunks: orphans })).toEqual([
    { type: "start", messageId: "r" },
    { type: "text-start", id: "text" },
    { type: "text-delta", id: "text", delta: "Hello" },
  ]);
});

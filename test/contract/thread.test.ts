import { expect, test } from "vitest";
import type { Threaded } from "../../server/contract/thread.ts";
import { Thread } from "../../server/contract/thread.ts";

/** `u1` is a message of a user, `a2<u1` one of an assistant whose `parent_key` is `u1`. */
function threadOf(...messages: string[]): Thread<Threaded> {
  return new Thread(
    messages.map((text) => {
      const [key = "", parent] = text.split("<");
      const sender = key.startsWith("u") ? "user" : "assistant";
      return { key, sender, ...(parent !== undefined && { parent_key: parent }) };
    }),
  );
}

const keysOf = (messages: readonly Threaded[]): string => messages.map(({ key }) => key).join(" ");

const latest = (): undefined => undefined;

test.each([
  ["messages without a parent_key follow one another", ["u1", "a2", "u3", "u4"]],
  ["so do replies that name what they answer", ["u1", "a2<u1", "u3", "a4<u3"]],
  ["messages came between the question and its answer", ["u1", "u2", "a3<u1", "a4<u2"]],
  ["the message that was answered is unknown", ["u1", "a2<gone", "u3"]],
])("a conversation has one branch: %s", (_, messages) => {
  const thread = threadOf(...messages);
  expect(thread.isLinear).toBe(true);
  expect(keysOf(thread.branch(latest))).toBe(messages.map((text) => text.split("<")[0]).join(" "));
});

test.each([
  ["a second answer that names the question", ["u1", "a2<u1", "a3<u1"], "u1 a3", "a2 a3"],
  ["a second answer to a question whose answer has no parent_key", ["u1", "a2", "a3<u1"], "u1 a3", "a2 a3"],
  ["an answer that names the one it replaces", ["u1", "a2", "a3<a2"], "u1 a3", "a2 a3"],
  ["an answer that replaces a replacement", ["u1", "a2", "a3<a2", "a4<a3"], "u1 a4", "a2 a3 a4"],
  ["two answers to a question that was deleted", ["a1<gone", "a2<gone"], "a2", "a1 a2"],
  ["a first message that replaces the first", ["u1", "a2", "u3<u1"], "u3", "u1 u3"],
  ["a second answer after others have written", ["u1", "u2", "a3<u1", "a4<u1"], "u1 u2 a4", "a3 a4"],
])("alternatives are siblings, and the latest is shown: %s", (_, messages, shown, siblings) => {
  const thread = threadOf(...messages);
  expect(thread.isLinear).toBe(false);
  expect(keysOf(thread.branch(latest))).toBe(shown);
  expect(keysOf(thread.siblingsOf(shown.split(" ").at(-1) ?? ""))).toBe(siblings);
});

test("a branch goes on where it was left, and the other keeps its end", () => {
  const thread = threadOf("u1", "a2<u1", "u3", "a4<u3", "a5<u1", "u6", "a7<u6", "u8<a4");
  expect(keysOf(thread.branch(latest))).toBe("u1 a5 u6 a7");
  expect(keysOf(thread.branch((key) => (key === "u1" ? "a2" : undefined)))).toBe("u1 a2 u3 a4 u8");
  expect(keysOf(thread.pathTo("a7"))).toBe("u1 a5 u6 a7");
  expect(keysOf(thread.pathTo("u8"))).toBe("u1 a2 u3 a4 u8");
  expect(thread.pathTo("gone")).toEqual([]);
  expect(thread.parentOf("u6")?.key).toBe("a5");
});

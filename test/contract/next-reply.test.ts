import { expect, test } from "vitest";
import { nextReply, replyAttempts } from "../../server/contract/next-reply.ts";
import type { Answerable, NextReply } from "../../server/contract/next-reply.ts";

/**
 * `u=m1` is a message of a user with the key `m1`, `a=r1/failed` one of an assistant with a status, and `a=r1<m1` one under
 * `m1`.
 */
function read(text: string): Answerable[] {
  return text.split(" ").map((word, at) => {
    const [, sender, key = "", parent_key, status] =
      /^([ua])=([^/<]*)(?:<([^/]*))?(?:\/(.*))?$/.exec(word) ?? [];
    return {
      id: at + 1,
      key,
      sender: sender === "u" ? "user" : "assistant",
      ...(parent_key !== undefined && { parent_key }),
      ...(status !== undefined && { status }),
    };
  });
}

const open = (key: string, parentKey: string): NextReply => ({ kind: "open", key, parentKey });

test.each<[rule: string, messages: string, next: NextReply | undefined]>([
  ["a message of a user is answered", "u=m1", open("reply:m1", "m1")],
  ["messages that wait are answered together, under the last", "u=m1 u=m2", open("reply:m1", "m2")],
  ["what was answered is not answered again", "u=m1 a=r", undefined],
  ["a message of an assistant alone needs no answer", "a=r", undefined],
  ["what came after the answer is answered", "u=m1 a=r u=m2", open("reply:m2", "m2")],
  ["a stopped reply is an answer", "u=m1 a=r/stopped", undefined],
  ["a failed reply is an answer", "u=m1 a=r/failed", undefined],
  ["an interrupted reply is none", "u=m1 a=reply:m1/interrupted", open("reply:m1:2", "m1")],
  [
    "the next attempt answers later messages too",
    "u=m1 a=reply:m1/interrupted u=m2",
    open("reply:m1:2", "m2"),
  ],
  ["an interrupted repetition leaves the answer", "u=m1 a=r a=again/interrupted", undefined],
  ["a reply that is being written is waited for", "u=m1 a=r/streaming u=m2", { kind: "wait", key: "r" }],
  ["a reply that was asked for is claimed", "u=m1 a=r a=again/requested", { kind: "claim", key: "again" }],
  ["requests are claimed in order", "u=m1 a=x/requested a=y/requested", { kind: "claim", key: "x" }],
  [
    "an earlier reply that is written again answers nothing that waits",
    "u=m1 a=reply:m1<m1 u=m2 a=again<m1",
    open("reply:m2", "m2"),
  ],
  [
    "a refusal of a later message is no answer to an earlier one, and the next attempt answers both",
    "u=m1 a=reply:m1<m1/interrupted u=m2 a=reply:m2<m2/failed",
    open("reply:m1:2", "m2"),
  ],
  [
    "that attempt answers both",
    "u=m1 a=x<m1/interrupted u=m2 a=reply:m2<m2/failed a=reply:m1:2<m2",
    undefined,
  ],
  [
    "the messages of two branches have two answers",
    "u=m1 a=reply:m1<m1 u=m2 u=edited<m1",
    open("reply:m2", "m2"),
  ],
  [
    "the answer to one branch is none to the other",
    "u=m1 a=reply:m1<m1 u=m2 u=edited<m1 a=reply:m2<m2",
    open("reply:edited", "edited"),
  ],
  ["a message that was replaced needs no answer", "u=m1 u=edited<m1", open("reply:edited", "edited")],
  ["a message is replaced by a later one alone", "u=m1<m2 u=m2", open("reply:m1", "m2")],
  ["an answer without a place is one to all before it", "u=m1 u=m2 a=r", undefined],
])("%s", (_, messages, next) => {
  expect(nextReply(read(messages))).toEqual(next);
});

test("attempts end, and a later message is still answered", () => {
  const attempts = ["reply:m1", "reply:m1:2", "reply:m1:3"].map((key) => `a=${key}/interrupted`);
  expect(attempts).toHaveLength(replyAttempts);
  const all = ["u=m1", ...attempts].join(" ");
  expect(nextReply(read(all))).toBeUndefined();
  expect(nextReply(read(`${all} u=m2`))).toEqual(open("reply:m2", "m2"));
});

test("a message whose reply was deleted counts as answered", () => {
  const deleted = new Set(["reply:m1"]);
  expect(nextReply(read("u=m1"), (key) => deleted.has(key))).toBeUndefined();
  expect(nextReply(read("u=m1 u=m2"), (key) => deleted.has(key))).toEqual(open("reply:m2", "m2"));
});

test("the key of a reply fits, however long the key of the message is", () => {
  const key = "k".repeat(255);
  expect(nextReply(read(`u=${key}`))).toEqual(open("reply:#1", key));
});

import { describe, expect, test } from "vitest";
import type { Door } from "../support/doors.ts";
import { openDoors } from "../support/doors.ts";
import { call, createSession, readSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const good = { content: "Hello", sender: "user" };

/** The fault, the message, the field that the error names, and a word of the error. */
const cases: [string, Record<string, unknown>, string, RegExp][] = [
  ["no content", { sender: "user" }, "content", /string/],
  ["content null", { ...good, content: null }, "content", /string/],
  ["content a number", { ...good, content: 5 }, "content", /string/],
  ["content a boolean", { ...good, content: true }, "content", /string/],
  ["content an object", { ...good, content: { toString: "x" } }, "content", /string/],
  ["content an array", { ...good, content: ["Hello"] }, "content", /string/],
  ["content empty", { ...good, content: "" }, "content", /empty/],
  ["content one character too long", { ...good, content: "x".repeat(21) }, "content", /20 characters/],
  ["content too long in surrogate pairs", { ...good, content: "😀".repeat(11) }, "content", /20 characters/],
  ["content with NUL", { ...good, content: "a\0b" }, "content", /NUL/],
  ["content with a lone high surrogate", { ...good, content: "a\ud83d" }, "content", /surrogate/],
  ["content with a lone low surrogate", { ...good, content: "\ude00a" }, "content", /surrogate/],
  ["no sender", { content: "Hello" }, "sender", /user/],
  ["sender unknown", { ...good, sender: "system" }, "sender", /user/],
  ["sender empty", { ...good, sender: "" }, "sender", /user/],
  ["sender in capitals", { ...good, sender: "User" }, "sender", /user/],
  ["sender a number", { ...good, sender: 1 }, "sender", /user/],
  ["sender null", { ...good, sender: null }, "sender", /user/],
  ["sender __proto__", { ...good, sender: "__proto__" }, "sender", /user/],
  ["sender constructor", { ...good, sender: "constructor" }, "sender", /user/],
  ["timestamp in words", { ...good, timestamp: "yesterday" }, "timestamp", /ISO 8601/],
  ["timestamp a number", { ...good, timestamp: 1764504000000 }, "timestamp", /ISO 8601/],
  ["timestamp empty", { ...good, timestamp: "" }, "timestamp", /ISO 8601/],
  ["timestamp in month 13", { ...good, timestamp: "2025-13-01T12:00:00Z" }, "timestamp", /ISO 8601/],
];

/** The same for the key of a send, which REST takes from a header. */
const badKeys: [string, string, RegExp][] = [
  ["empty", "", /./],
  ["too long", "k".repeat(256), /255/],
  ["with a control character", "a\u0085b", /control/],
];

async function startWithSession(): Promise<{ url: string; doors: Door[] }> {
  const app = await startApp({ maxMessageChars: 20 });
  await createSession(app.url, { id: "s" });
  return { url: app.url, doors: await openDoors(app) };
}

describe.each(["REST", "tRPC over HTTP", "tRPC over WebSocket", "plain WebSocket"])("%s", (name) => {
  test("refuses each bad message by the name of its field, stores nothing, and takes the next good one", async () => {
    const { url, doors } = await startWithSession();
    const door = doors.find((each) => each.name === name);
    for (const [fault, fields, field, words] of cases) {
      const outcome = await door?.send("s", fields);
      expect.soft(outcome, fault).toEqual({
        error: {
          code: "BAD_REQUEST",
          message: expect.stringMatching(new RegExp(`^${field}: .*${words.source}`)) as string,
          ...(name !== "plain WebSocket" && { httpStatus: 400 }),
          issues: [
            {
              path: [field],
              code: expect.any(String) as string,
              message: expect.stringMatching(words) as string,
            },
          ],
        },
      });
      expect.soft((await readSession(url, "s")).messages, fault).toEqual([]);
    }
    expect(await door?.send("s", { ...good, timestamp: "2025-11-30T12:00:00" })).toEqual({
      message: { ...good, id: 1, session_id: "s", timestamp: "2025-11-30T12:00:00" },
    });
  });

  test.each(badKeys)("refuses a key that is %s", async (_fault, key, words) => {
    const { url, doors } = await startWithSession();
    const door = doors.find((each) => each.name === name);
    expect(await door?.send("s", good, key)).toMatchObject({
      error: {
        code: "BAD_REQUEST",
        issues: [{ path: ["key"], message: expect.stringMatching(words) as string }],
      },
    });
    expect((await readSession(url, "s")).messages).toEqual([]);
    expect(await door?.send("s", good, "k".repeat(255))).toMatchObject({ message: good });
  });

  test("names every fault of a message at once", async () => {
    const { doors } = await startWithSession();
    const door = doors.find((each) => each.name === name);
    expect(await door?.send("s", { content: 1, sender: 2, timestamp: 3 })).toMatchObject({
      error: { issues: [{ path: ["content"] }, { path: ["sender"] }, { path: ["timestamp"] }] },
    });
  });

  test("ignores fields that are not a message's own", async () => {
    const { url, doors } = await startWithSession();
    await createSession(url, { id: "other" });
    const door = doors.find((each) => each.name === name);
    const extra = JSON.parse(
      '{"id": 99, "seq": 99, "deleted": 1, "key_digest": "x", "__proto__": {"sender": "system"}, ' +
        '"constructor": 1, "toString": null, "hasOwnProperty": [], "prev": 4}',
    ) as Record<string, unknown>;
    const outcome = await door?.send("s", { ...extra, ...good, session_id: "other" });
    expect(outcome).toMatchObject({ message: { id: 1, session_id: "s", content: "Hello", sender: "user" } });
    expect((await readSession(url, "other")).messages).toEqual([]);
    expect((await readSession(url, "s")).messages.map((message) => Object.keys(message))).toEqual([
      ["id", "session_id", "content", "sender", "timestamp"],
    ]);
  });
});

test("content of the full length passes through every door, however it is escaped", async () => {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  const content = "é".repeat(100_000);
  for (const door of await openDoors(app)) {
    expect(await door.send("s", { content, sender: "user" }), door.name).toMatchObject({
      message: { content },
    });
  }
  const escaped = `{"content": "${"\\u0041".repeat(100_000)}", "sender": "user"}`;
  const response = await fetch(`${app.url}/api/sessions/s/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: escaped,
  });
  expect(await response.json()).toMatchObject({ content: "A".repeat(100_000) });
});

test("an edit is held to the same rules of content", async () => {
  const { url, doors } = await startWithSession();
  await doors[0]?.send("s", good);
  for (const [fault, fields, field] of cases.filter(([, , name]) => name === "content")) {
    const answer = await call(url, "PATCH", "/api/sessions/s/messages/1", fields);
    expect
      .soft([answer.status, await answer.json()], fault)
      .toMatchObject([400, { issues: [{ path: [field] }] }]);
  }
  expect((await readSession(url, "s")).messages[0]?.content).toBe("Hello");
});

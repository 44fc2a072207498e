import { describe, expect, test } from "vitest";
import type { TextDoor } from "../support/doors.ts";
import { openDoors } from "../support/doors.ts";
import { call, createSession, readSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { badKeys, badMessages, good, maxMessageChars, textsWithoutMessage } from "./bad-messages.ts";

const doors = [
  { name: "REST", hasStatus: true },
  { name: "tRPC over HTTP", hasStatus: true },
  { name: "tRPC over WebSocket", hasStatus: true },
  { name: "plain WebSocket", hasStatus: false },
];

/** A door of a new app, with the empty session `s`. */
async function openDoor(
  name: string,
  options: Parameters<typeof startApp>[0] = { maxMessageChars },
): Promise<{ url: string; door: TextDoor }> {
  const app = await startApp(options);
  await createSession(app.url, { id: "s" });
  const door = (await openDoors(app)).find((each) => each.name === name);
  if (!door) throw new Error(`There is no door ${name}.`);
  return { url: app.url, door };
}

/** A refusal that names these faults, each once in its sentence and once by itself. */
function refusalOf(faults: readonly [string, string][], hasStatus: boolean): object {
  return {
    error: {
      code: "BAD_REQUEST",
      message: faults.map((fault) => fault.join(": ")).join("; "),
      ...(hasStatus && { httpStatus: 400 }),
      issues: faults.map(([field, message]) => ({
        path: [field],
        code: expect.any(String) as string,
        message,
      })),
    },
  };
}

describe.each(doors)("over $name", ({ name, hasStatus }) => {
  test("each bad message is refused by the names of its fields, nothing is stored, and the next good one is taken", async () => {
    const { url, door } = await openDoor(name);
    for (const { what, fields, faults } of badMessages) {
      expect.soft(await door.send("s", fields), what).toEqual(refusalOf(faults, hasStatus));
      expect.soft((await readSession(url, "s")).messages, what).toEqual([]);
    }
    expect(await door.send("s", { ...good, timestamp: "2025-11-30T12:00:00" })).toEqual({
      message: { ...good, id: 1, session_id: "s", timestamp: "2025-11-30T12:00:00" },
    });
  });

  test.each(badKeys)("a send with a key that is $what is refused and stores nothing", async (bad) => {
    const { url, door } = await openDoor(name);
    const refusal = refusalOf([["key", bad.sentence]], hasStatus);
    expect(await door.send("s", good, bad.key)).toEqual(refusal);
    expect((await readSession(url, "s")).messages).toEqual([]);
    expect(await door.send("s", good, "k".repeat(255))).toMatchObject({ message: good });
  });

  test("each text that is no JSON object is refused, nothing is stored, and the next good one is taken", async () => {
    const { url, door } = await openDoor(name, {});
    for (const { text, refusal } of textsWithoutMessage) {
      const what = JSON.stringify(text.slice(0, 20));
      expect.soft(await door.sendText("s", text), what).toMatchObject({
        error: {
          code: "BAD_REQUEST",
          message: expect.stringMatching(refusal) as string,
          ...(hasStatus && { httpStatus: 400 }),
        },
      });
      expect.soft((await readSession(url, "s")).messages, what).toEqual([]);
    }
    const next = await door.sendText("s", JSON.stringify({ ...good, session_id: "s" }));
    expect(next).toMatchObject({ message: { ...good, id: 1 } });
  });

  test("fields that are not a message's own are ignored", async () => {
    const { url, door } = await openDoor(name);
    await createSession(url, { id: "other" });
    const extra = JSON.parse(
      '{"id": 99, "seq": 99, "deleted": 1, "key_digest": "x", "__proto__": {"sender": "system"}, ' +
        '"constructor": 1, "toString": null, "hasOwnProperty": [], "prev": 4}',
    ) as Record<string, unknown>;
    const outcome = await door.send("s", { ...extra, ...good, session_id: "other" });
    expect(outcome).toMatchObject({ message: { id: 1, session_id: "s", content: "Hello", sender: "user" } });
    expect((await readSession(url, "other")).messages).toEqual([]);
    expect((await readSession(url, "s")).messages.map((message) => Object.keys(message))).toEqual([
      ["id", "session_id", "content", "sender", "timestamp"],
    ]);
  });

  test("content of the full length is taken however it is escaped, and content of one character more is refused", async () => {
    const { url, door } = await openDoor(name, { maxMessageChars: 100_000 });
    for (const [character, escaped] of [
      ["é", "é"],
      ["é", String.raw`\u00e9`],
      ["A", String.raw`\u0041`],
    ] as const) {
      const text = `{"session_id":"s","sender":"user","content":"${escaped.repeat(100_000)}"}`;
      const outcome = await door.sendText("s", text);
      const isWhole = "message" in outcome && outcome.message.content === character.repeat(100_000);
      expect.soft(isWhole, `${escaped}: ${JSON.stringify(outcome).slice(0, 100)}`).toBe(true);
    }
    const sentence = "must have at most 100000 characters, and has 100001";
    expect(await door.send("s", { ...good, content: "x".repeat(100_001) })).toEqual(
      refusalOf([["content", sentence]], hasStatus),
    );
    expect((await readSession(url, "s")).messages).toHaveLength(3);
  });
});

test("an edit is held to the same rules of content as a send", async () => {
  const { url, door } = await openDoor("REST");
  await door.send("s", good);
  for (const { what, fields, faults } of badMessages) {
    const ofContent = faults.filter(([field]) => field === "content");
    if (ofContent.length === 0) continue;
    const answer = await call(url, "PATCH", "/api/sessions/s/messages/1", fields);
    const outcome = { error: { ...((await answer.json()) as object), httpStatus: answer.status } };
    expect.soft(outcome, what).toEqual(refusalOf(ofContent, true));
  }
  expect((await readSession(url, "s")).messages[0]?.content).toBe("Hello");
});

import { beforeEach, expect, test } from "vitest";
import { createClient } from "../../client-sdk/src/index.ts";
import type { Guard } from "../../server/access/guard.ts";
import { allowAll } from "../../server/access/guard.ts";
import type { Operation } from "../../server/contract/operations.ts";
import { operations } from "../../server/contract/operations.ts";
import { AppError } from "../../server/contract/app-error.ts";
import { appRouter } from "../../server/trpc/router.ts";
import { makeSession } from "../support/make-session.ts";
import { startApp } from "../support/start-app.ts";
import type { Subject } from "./calls.ts";
import { chatSend, chatSignal, doorCalls, uiChat } from "./calls.ts";

let guard: Guard = allowAll;
let subject: Subject;

beforeEach(async () => {
  guard = allowAll;
  const { url } = await startApp({ guard: (asked) => guard(asked) });
  const { sessionId, say } = await makeSession(url);
  await say("first");
  const { message } = createClient({ url });
  const page = await message.list.query({ session_id: sessionId });
  const reply = { session_id: sessionId, content: "", sender: "assistant" } as const;
  const { id: replyId } = await message.add.mutate({ ...reply, status: "streaming" });
  const { id: requestedId } = await message.add.mutate({ ...reply, status: "requested" });
  subject = { url, sessionId, messageId: page.items[0]?.id ?? 0, replyId, requestedId };
});

/** Counts what is asked for from now on. */
function count(): Operation[] {
  const asked: Operation[] = [];
  guard = ({ operation }) => void asked.push(operation);
  return asked;
}

function refuse(...refused: readonly Operation[]): void {
  guard = ({ operation }) => {
    if (refused.includes(operation)) throw new AppError("FORBIDDEN");
  };
}

test("the operations are the procedures", () => {
  expect(Object.keys(appRouter._def.procedures).toSorted()).toEqual(operations.toSorted());
});

test("the table has every operation at every door", () => {
  for (const door of ["REST", "tRPC over HTTP, fast path", "tRPC over HTTP, stock", "tRPC over WebSocket"]) {
    const called = doorCalls.filter((call) => call.door.startsWith(door));
    expect(new Set(called.map(({ operation }) => operation)), door).toEqual(new Set(operations));
  }
});

test.each(doorCalls)("$operation asks the guard once: $door", async (call) => {
  const asked = count();
  expect(await call.succeeds(subject)).toBe(true);
  expect(asked).toEqual([call.operation]);
});

test.each(doorCalls)("$operation is refused where the guard refuses: $door", async (call) => {
  refuse(...operations);
  expect(await call.succeeds(subject)).toBe(false);
  guard = allowAll;
  const answer = await fetch(`${subject.url}/api/sessions/${subject.sessionId}`);
  expect(await answer.json()).toMatchObject({
    title: "New chat",
    messages: [
      { id: subject.messageId, content: "first" },
      { id: subject.replyId, content: "", status: "streaming" },
      { id: subject.requestedId, content: "", status: "requested" },
    ],
  });
});

const chatFrames = [chatSend, chatSignal];

test.each(chatFrames)("$operation asks the guard once, beside the following: $door", async (call) => {
  const asked = count();
  expect(await call.succeeds(subject)).toBe(true);
  expect(asked).toEqual(["session.onEvent", call.operation]);
});

test.each(chatFrames)("$operation is refused where the guard refuses it alone: $door", async (call) => {
  refuse(call.operation);
  expect(await call.succeeds(subject)).toBe(false);
});

test("a message of the AI SDK asks the guard for each operation, and creates a session only if there is none", async () => {
  const asked = count();
  expect(await uiChat.send(subject)).toBe(200);
  expect(asked.splice(0)).toEqual(["message.add", "session.onEvent"]);
  expect(await uiChat.send(subject, "another")).toBe(200);
  expect(asked.splice(0)).toEqual(["message.add", "session.create", "message.add", "session.onEvent"]);
  expect(await uiChat.resume(subject)).toBe(200);
  expect(asked).toEqual(["session.onEvent"]);
});

test.each(["message.add", "session.create", "session.onEvent"] as const)(
  "a message of the AI SDK is refused where the guard refuses %s",
  async (operation) => {
    refuse(operation);
    expect(await uiChat.send(subject, "another")).toBe(403);
  },
);

test("a batch asks the guard once for each call", async () => {
  const asked = count();
  const answer = await fetch(`${subject.url}/trpc/health,session.list?batch=1&input=%7B%7D`);
  expect(answer.status).toBe(200);
  expect(asked).toEqual(["health", "session.list"]);
});

test("the guard is told of the session that the operation is about", async () => {
  const sessions: unknown[] = [];
  guard = ({ input }) => void sessions.push("session_id" in input ? input.session_id : undefined);
  for (const call of doorCalls.filter(({ operation }) => operation === "session.onEvent")) {
    sessions.length = 0;
    await call.succeeds(subject);
    expect(sessions, call.door).toEqual([subject.sessionId]);
  }
});

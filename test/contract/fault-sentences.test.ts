import { expect, test } from "vitest";
import { call, createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { callTrpc } from "../support/trpc-wire.ts";

const good = { content: "Hello", sender: "user" };

/** Inputs of `message.add` beside the session, and the faults that are named. */
const sends: [object, string[]][] = [
  [{ sender: "user" }, ["content: is missing, and must be a string"]],
  [{ ...good, content: 5 }, ["content: must be a string"]],
  [{ ...good, content: "" }, ["content: must not be empty"]],
  [{ ...good, content: "a\0b" }, ["content: must not contain the NUL character"]],
  [{ content: "a" }, ['sender: must be "user" or "assistant"']],
  [{ ...good, sender: 1 }, ['sender: must be "user" or "assistant"']],
  [
    { ...good, timestamp: "x".repeat(100) },
    ["timestamp: must be an ISO 8601 date-time, such as 2025-11-30T12:00:00.000Z"],
  ],
  [{}, ["content: is missing, and must be a string", 'sender: must be "user" or "assistant"']],
];

/** Inputs of other calls over tRPC. */
const calls: [string, unknown, string[]][] = [
  ["message.add", { ...good, session_id: "s", key: "" }, ["key: must not be empty"]],
  [
    "message.add",
    { ...good, session_id: "s", key: "x".repeat(256) },
    ["key: must have at most 255 characters"],
  ],
  ["message.add", { ...good, session_id: "s", key: "a\0b" }, ["key: must not contain control characters"]],
  [
    "message.update",
    { session_id: "s", message_id: "1", content: "a" },
    ["message_id: must be the id of a message, or key: and the key of one"],
  ],
  [
    "message.update",
    { session_id: "s", message_id: 1.5, content: "a" },
    ["message_id: must be the id of a message, or key: and the key of one"],
  ],
  ["session.create", { title: "x".repeat(1001) }, ["title: must have at most 1000 characters"]],
  ["session.create", { id: "a\0b" }, ["id: must not contain control characters"]],
  ["session.create", [], ["must be an object"]],
];

function faultsOf(issues: { path: (string | number)[]; message: string }[] = []): string[] {
  return issues.map(({ path, message }) => [...path, message].join(": "));
}

test("each fault of an input has its field and one sentence that says what to send", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (const [fields, faults] of sends) {
    const rest = await call(url, "POST", "/api/sessions/s/messages", fields);
    const { message, issues } = (await rest.json()) as { message: string; issues?: [] };
    expect.soft([rest.status, message, faultsOf(issues)]).toEqual([400, faults.join("; "), faults]);
    const { body } = await callTrpc(url, "message.add", { input: { session_id: "s", ...fields } });
    expect
      .soft([body.error?.message, faultsOf(body.error?.data.issues)])
      .toEqual([faults.join("; "), faults]);
  }
  for (const [path, input, faults] of calls) {
    const { body } = await callTrpc(url, path, { input });
    expect.soft([path, faultsOf(body.error?.data.issues)]).toEqual([path, faults]);
  }
  for (const [path, faults] of [
    ["/api/sessions/a%00b", ["session_id: must not contain control characters"]],
    ["/api/sessions?limit=0", ["limit: must be at least 1"]],
    ["/api/sessions?limit=501", ["limit: must be at most 500"]],
    ["/api/sessions?messages=some", ['messages: must be "all" or "none"']],
    ["/api/sessions/s/events?wait=31", ["wait: must be at most 30"]],
  ] as const) {
    const answer = await call(url, "GET", path);
    const { issues } = (await answer.json()) as { issues?: [] };
    expect.soft([path, answer.status, faultsOf(issues)]).toEqual([path, 400, faults]);
  }
});

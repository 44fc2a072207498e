import { expect, test } from "vitest";
import { call, createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { callTrpc } from "../support/trpc-wire.ts";

const good = { content: "Hello", sender: "user" };

/** Inputs of calls over tRPC, and the faults that are named. The faults of a message are in test/doors/bad-messages.ts. */
const calls: [string, unknown, string[]][] = [
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
  for (const [path, input, faults] of calls) {
    const { body } = await callTrpc(url, path, { input });
    expect.soft([body.error?.data.path, faultsOf(body.error?.data.issues)]).toEqual([path, faults]);
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

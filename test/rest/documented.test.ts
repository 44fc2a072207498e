import { expect, test } from "vitest";
import { openChat } from "../support/readers.ts";
import { call, createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const now = new Date("2025-11-30T12:00:00.000Z");

test("the documented request gives the documented response, character for character", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "123" });
  const response = await fetch(`${url}/api/sessions/123/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: `{
  "content": "Hello",
  "sender": "user",
  "timestamp": "2025-11-30T12:00:00.000Z"
}`,
  });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
  expect(await response.text()).toBe(
    '{"id":1,"session_id":"123","content":"Hello","sender":"user","timestamp":"2025-11-30T12:00:00.000Z"}',
  );
});

test("the documented WebSocket message, character for character", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "123" });
  const socket = new WebSocket(`${wsUrl}/ws/123`);
  const text = await new Promise((resolve) => {
    socket.addEventListener("message", ({ data }) => resolve(data));
    socket.addEventListener("open", () =>
      socket.send('{"content": "Hello", "sender": "user", "timestamp": "2025-11-30T12:00:00.000Z"}'),
    );
  });
  socket.close();
  expect(text).toBe(
    '{"session_id":"123","message":{"id":1,"content":"Hello","sender":"user","timestamp":"2025-11-30T12:00:00.000Z"}}',
  );
});

test("the second form of the documented timestamp, without an offset, is kept as it is", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "123" });
  const { socket, frames } = await openChat(wsUrl, "123");
  const body = { content: "Hello", sender: "user", timestamp: "2025-11-30T12:00:00" };
  const answer = await call(url, "POST", "/api/sessions/123/messages", body);
  expect(await answer.json()).toEqual({ id: 1, session_id: "123", ...body });
  expect(await frames.count(1)).toEqual([{ session_id: "123", message: { id: 1, ...body } }]);
  socket.close();
});

test("GET / says that it is well", async () => {
  const { url } = await startApp();
  expect(await (await fetch(url)).json()).toEqual({ status: "ok", name: "AI Desk" });
});

test("a session made of nothing gets an id, a title and a time", async () => {
  const { url } = await startApp({ now: () => now, newSessionId: () => "0199-new" });
  const response = await call(url, "POST", "/api/sessions", {});
  expect([response.status, await response.json()]).toEqual([
    200,
    { id: "0199-new", title: "New chat", created_at: "2025-11-30T12:00:00.000Z", messages: [] },
  ]);
});

test("a generated id is a UUID of version 7", async () => {
  const { url } = await startApp();
  expect((await createSession(url)).id).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test("a message without a timestamp gets the time of its arrival, in UTC with milliseconds", async () => {
  const { url } = await startApp({ now: () => now });
  await createSession(url, { id: "123" });
  const answer = await call(url, "POST", "/api/sessions/123/messages", { content: "Hello", sender: "user" });
  expect(await answer.json()).toMatchObject({ timestamp: "2025-11-30T12:00:00.000Z" });
});

test.each([
  "2025-11-30T12:00:00.000Z",
  "2025-11-30T12:00:00",
  "2025-11-30T12:00",
  "2025-11-30T12:00:00.123456789Z",
  "2025-11-30T12:00:00+05:30",
  "2024-02-29T23:59:59-11:00",
])("the timestamp %s comes back as it was sent", async (timestamp) => {
  const { url } = await startApp();
  await createSession(url, { id: "123" });
  const answer = await call(url, "POST", "/api/sessions/123/messages", {
    content: "a",
    sender: "user",
    timestamp,
  });
  expect(await answer.json()).toMatchObject({ timestamp });
  const made = await call(url, "POST", "/api/sessions", { id: "other", created_at: timestamp });
  expect(await made.json()).toMatchObject({ created_at: timestamp });
});

test("GET /api/sessions gives all sessions with all messages, the newest session first, each one's messages oldest first", async () => {
  const { url } = await startApp();
  for (const id of ["first", "second", "third"]) {
    // Older by the clock than the one before: nothing is ordered by a timestamp.
    const created_at = `20${30 - id.length}-01-01T00:00:00Z`;
    await call(url, "POST", "/api/sessions", { id, created_at });
    for (const content of ["one", "two"]) {
      await call(url, "POST", `/api/sessions/${id}/messages`, {
        content,
        sender: "assistant",
        timestamp: created_at,
      });
    }
  }
  const sessions = (await (await fetch(`${url}/api/sessions`)).json()) as {
    id: string;
    messages: { content: string }[];
  }[];
  expect(sessions.map(({ id, messages }) => [id, messages.map(({ content }) => content)])).toEqual([
    ["third", ["one", "two"]],
    ["second", ["one", "two"]],
    ["first", ["one", "two"]],
  ]);
  expect(await (await fetch(`${url}/api/sessions/second`)).json()).toEqual(sessions[1]);
});

test("an empty database is an empty list", async () => {
  const { url } = await startApp();
  expect(await (await fetch(`${url}/api/sessions`)).text()).toBe("[]");
});

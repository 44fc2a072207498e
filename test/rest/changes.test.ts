import { expect, test } from "vitest";
import { call, createSession, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

test("an id that exists is 409, and the session stays as it was", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s", title: "Mine" });
  await send(url, "s", "Hello");
  const before = await readSession(url, "s");
  const again = await call(url, "POST", "/api/sessions", { id: "s", title: "Yours" });
  expect([again.status, await again.json()]).toMatchObject([409, { code: "CONFLICT" }]);
  expect(await readSession(url, "s")).toEqual(before);
});

test("a session is renamed", async () => {
  const { url } = await startApp();
  const session = await createSession(url, { id: "s" });
  const message = await send(url, "s", "Hello");
  const renamed = await call(url, "PATCH", "/api/sessions/s", { title: "Better" });
  expect([renamed.status, await renamed.json()]).toEqual([
    200,
    { ...session, title: "Better", messages: [{ ...message, key: "#1", seq: 1 }] },
  ]);
});

test("a deleted session is gone from every path with its messages, and its id may be used anew", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s", title: "Old" });
  const old = await send(url, "s", "Hello");
  const deleted = await call(url, "DELETE", "/api/sessions/s");
  expect([deleted.status, await deleted.text()]).toEqual([204, ""]);
  for (const [method, path, body] of [
    ["GET", "/api/sessions/s"],
    ["GET", "/api/sessions/s/messages"],
    ["PATCH", "/api/sessions/s", { title: "a" }],
    ["DELETE", "/api/sessions/s"],
    ["POST", "/api/sessions/s/messages", { content: "a", sender: "user" }],
    ["PATCH", `/api/sessions/s/messages/${old.id}`, { content: "a" }],
    ["DELETE", `/api/sessions/s/messages/${old.id}`],
  ] as const) {
    expect((await call(url, method, path, body)).status, `${method} ${path}`).toBe(404);
  }
  expect(await (await fetch(`${url}/api/sessions`)).json()).toEqual([]);
  expect(await createSession(url, { id: "s" })).toMatchObject({ title: "New chat", messages: [] });
  expect((await send(url, "s", "Hello again")).id).toBeGreaterThan(old.id);
  expect((await readSession(url, "s")).messages).toHaveLength(1);
});

test("a message is edited: its content changes and nothing else", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const message = await send(url, "s", "Helo");
  const edited = await call(url, "PATCH", `/api/sessions/s/messages/${message.id}`, {
    content: "Hello",
    sender: "assistant",
    id: 99,
  });
  expect([edited.status, await edited.json()]).toEqual([
    200,
    { ...message, content: "Hello", key: "#1", seq: 2 },
  ]);
});

test("a deleted message is gone, and its id is never used again", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const first = await send(url, "s", "one");
  const last = await send(url, "s", "two");
  expect((await call(url, "DELETE", `/api/sessions/s/messages/${last.id}`)).status).toBe(204);
  expect((await readSession(url, "s")).messages).toEqual([first]);
  expect((await call(url, "DELETE", `/api/sessions/s/messages/${last.id}`)).status).toBe(404);
  expect((await send(url, "s", "three")).id).toBeGreaterThan(last.id);
});

test("a message is found only under its own session", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "mine" });
  await createSession(url, { id: "yours" });
  const { id } = await send(url, "mine", "Hello");
  expect((await call(url, "PATCH", `/api/sessions/yours/messages/${id}`, { content: "a" })).status).toBe(404);
  expect((await call(url, "DELETE", `/api/sessions/yours/messages/${id}`)).status).toBe(404);
  expect((await readSession(url, "mine")).messages).toMatchObject([{ content: "Hello" }]);
});

test("a body sets nothing that is not its own", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  await createSession(url, { id: "other" });
  const answer = await call(url, "POST", "/api/sessions/s/messages", {
    content: "Hello",
    sender: "user",
    id: 77,
    session_id: "other",
    seq: 9,
    deleted: 1,
    key: "k",
    ["__proto__"]: { sender: "assistant" },
  });
  expect(await answer.json()).toEqual({
    id: 1,
    session_id: "s",
    content: "Hello",
    sender: "user",
    timestamp: expect.any(String) as string,
  });
  expect((await readSession(url, "other")).messages).toEqual([]);
});

test("a HEAD is a GET without its body", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (const path of [
    "/",
    "/api/sessions",
    "/api/sessions/s",
    "/api/sessions/s/messages",
    "/docs",
    "/openapi.json",
  ]) {
    const get = await fetch(url + path);
    const head = await fetch(url + path, { method: "HEAD" });
    expect([head.status, head.headers.get("content-type"), await head.text()], path).toEqual([
      200,
      get.headers.get("content-type"),
      "",
    ]);
  }
});

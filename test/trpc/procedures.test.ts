import { TRPCClientError } from "@trpc/client";
import { expect, test } from "vitest";
import { createClient } from "../../client-sdk/src/index.ts";
import packageFile from "../../package.json" with { type: "json" };
import { call, createSession, documented, readSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

test("every query and mutation answers as its REST path does, with messages in full", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  expect(await client.health.query()).toEqual({
    status: "ok",
    name: "AI Desk",
    version: packageFile.version,
    contract_version: 1,
    max_message_chars: 100_000,
  });
  const session = await client.session.create.mutate({ id: "s", title: "One" });
  expect(session).toEqual(await readSession(url, "s"));
  const message = await client.message.add.mutate({ session_id: "s", content: "Hello", sender: "user" });
  const edited = await client.message.update.mutate({
    session_id: "s",
    message_id: message.id,
    content: "Hi",
  });
  expect(edited).toEqual({ ...message, content: "Hi", seq: 2 });
  const { messages: _none, ...head } = session;
  const renamed = await client.session.update.mutate({ session_id: "s", title: "Two" });
  expect(renamed).toEqual({ ...head, title: "Two" });
  expect(await client.session.get.query({ session_id: "s" })).toEqual({ ...renamed, messages: [edited] });
  expect((await readSession(url, "s")).messages).toEqual([documented(edited)]);
  const { id, key, sender, timestamp, content: excerpt } = edited;
  const listed = { ...renamed, activity_seq: 2, last_message: { id, key, sender, timestamp, excerpt } };
  expect(await client.session.list.query()).toEqual({ items: [listed], next_cursor: null });
  expect(await client.session.list.query({ messages: "all" })).toEqual({
    items: [{ ...listed, messages: [edited] }],
    next_cursor: null,
  });
  expect(await client.message.list.query({ session_id: "s" })).toEqual({
    items: [edited],
    next_cursor: null,
  });
  await client.message.delete.mutate({ session_id: "s", message_id: message.id });
  expect((await readSession(url, "s")).messages).toEqual([]);
  await client.session.delete.mutate({ session_id: "s" });
  expect((await call(url, "GET", "/api/sessions/s")).status).toBe(404);
});

test("a list answers a page and the cursor of the next, and tolerates the direction of an infinite query", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  for (const id of ["a", "b", "c"]) await createSession(url, { id });
  const input = { limit: 2, messages: "none", direction: "forward" } as const;
  const first = await client.session.list.query(input);
  expect(first.items.map(({ id }) => id)).toEqual(["c", "b"]);
  const second = await client.session.list.query({ ...input, cursor: first.next_cursor ?? "" });
  expect([second.items.map(({ id }) => id), second.next_cursor]).toEqual([["a"], null]);
});

test("calls of one tick share one request, and each has its own outcome", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const requests: string[] = [];
  const client = createClient({
    url,
    fetch: (input, init) => {
      requests.push(input);
      return fetch(input, init);
    },
  });
  const outcomes = await Promise.allSettled([
    client.message.add.mutate({ session_id: "s", content: "good", sender: "user" }),
    client.message.add.mutate({ session_id: "s", content: "", sender: "user" }),
    client.message.add.mutate({ session_id: "nobody", content: "good", sender: "user" }),
  ]);
  expect(requests).toHaveLength(1);
  expect(outcomes).toMatchObject([
    { status: "fulfilled", value: { id: 1 } },
    { status: "rejected", reason: { data: { code: "BAD_REQUEST", issues: [{ path: ["content"] }] } } },
    { status: "rejected", reason: { data: { code: "NOT_FOUND" } } },
  ]);
});

test("an error says its code, its status, its procedure and what is wrong", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  await createSession(url, { id: "s" });
  const error: unknown = await client.session.create.mutate({ id: "s" }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TRPCClientError);
  expect(error).toMatchObject({
    message: 'There is a session "s" already: choose another id.',
    data: { code: "CONFLICT", httpStatus: 409, path: "session.create" },
  });
});

test.each(["/trpc/nothing", "/trpc/__proto__", "/trpc/constructor", "/trpc/session"])(
  "%s is 404",
  async (path) => {
    const { url } = await startApp();
    const answer = await fetch(url + path);
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      { error: { data: { code: "NOT_FOUND" } } },
    ]);
  },
);

test.each([
  "/trpc/%",
  "/trpc/health?input=%",
  "/trpc/session.get?input=abc",
  "/trpc/session.get?batch=1&input=[]",
])("%s is 400", async (path) => {
  const { url } = await startApp();
  const answer = await fetch(url + path);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(await answer.json())).toContain('"code":"BAD_REQUEST"');
});

test("a batch of more than 100 calls is refused", async () => {
  const { url } = await startApp();
  const path = Array.from({ length: 101 }, () => "health").join(",");
  expect((await fetch(`${url}/trpc/${path}?batch=1`)).status).toBe(400);
});

test("what nobody foresaw is told to the log and not to the client", async () => {
  const { url, log } = await startApp({
    expectsFailures: true,
    now: () => {
      throw new Error("a secret of the inside");
    },
  });
  await createSession(url, { id: "s" }).catch(() => undefined);
  const made = await call(url, "POST", "/trpc/session.create", { id: "s" });
  const rest = await call(url, "POST", "/api/sessions", { id: "s" });
  expect([made.status, await made.json()]).toMatchObject([
    500,
    { error: { data: { code: "INTERNAL_SERVER_ERROR" } } },
  ]);
  expect([rest.status, await rest.json()]).toEqual([
    500,
    {
      message: "The server failed; the failure is in its log.",
      code: "INTERNAL_SERVER_ERROR",
      request_id: rest.headers.get("x-request-id"),
    },
  ]);
  expect(log.length).toBe(3);
  for (const line of log) expect(line).toContain("a secret of the inside");
});

import { createTRPCClient, httpBatchStreamLink, httpLink } from "@trpc/client";
import { describe, expect, test } from "vitest";
import type { AppRouter } from "../../server/trpc/router.ts";
import { textsWithoutMessage } from "../doors/bad-messages.ts";
import { sendRaw } from "../support/raw-request.ts";
import { createSession, readSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { refusalOf } from "../support/trpc-clients.ts";
import { callTrpc } from "../support/trpc-wire.ts";

const json = { "content-type": "application/json" };
const good = { session_id: "s", content: "Hello", sender: "user" };

function get(path: string): RequestInit & { path: string } {
  return { path };
}

function post(path: string, body: unknown): RequestInit & { path: string } {
  return {
    path,
    method: "POST",
    headers: json,
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}

function query(path: string, input: unknown, more = ""): RequestInit & { path: string } {
  return { path: `${path}?input=${encodeURIComponent(JSON.stringify(input))}${more}` };
}

describe("a call that is not valid is answered below 500 in tRPC's envelope, and stores nothing", () => {
  test.each<[string, RequestInit & { path: string }, number]>([
    ["a path that is a prototype's", get("__proto__"), 404],
    ["a path into a prototype", get("session.__proto__"), 404],
    ["a path through a constructor", get("session.constructor.prototype"), 404],
    ["a path that is a method of objects", get("toString"), 404],
    ["a path with an empty part", get("session..get"), 404],
    ["a router where a procedure should be", get("session"), 404],
    ["a path with NUL", get("health%00"), 404],
    ["a path with slashes", get("session/get"), 404],
    ["a path with an encoded comma and no batch", get("health%2Chealth"), 404],
    ["a mutation by GET", query("session.create", {}), 405],
    ["a query by POST", post("health", {}), 405],
    ["no input where one is needed", get("session.get"), 400],
    ["input null", query("session.get", null), 400],
    ["input a string", query("session.get", "s"), 400],
    ["input an array", query("session.get", [{ session_id: "s" }]), 400],
    ["input that is empty", get("session.get?input="), 400],
    ["input twice", query("session.get", { session_id: "s" }, "&input={}"), 400],
    ["input with a broken percent sign", get("session.get?input=%7B%"), 400],
    ["input that is no UTF-8", get("session.get?input=%ff"), 400],
    ["a session id that is a number", query("session.get", { session_id: 5 }), 400],
    ["a message id that is text", post("message.delete", { session_id: "s", message_id: "1" }), 400],
    ["a message id that is a fraction", post("message.delete", { session_id: "s", message_id: 1.5 }), 400],
    [
      "a message id beyond all integers",
      post("message.delete", '{"session_id":"s","message_id":1e300}'),
      400,
    ],
    ["a limit that is text", query("session.list", { limit: "5" }), 400],
    ["a limit of 0", query("session.list", { limit: 0 }), 400],
    ["a limit of 501", query("session.list", { limit: 501 }), 400],
    ["a cursor that is a number", query("session.list", { cursor: 5 }), 400],
    ["a cursor that is none", query("session.list", { cursor: "abc" }), 400],
    ["an `after` that is text", query("message.list", { session_id: "s", after: "1" }), 400],
    ["a batch that is an array", post("message.add?batch=1", [good]), 400],
    ["a batch that is null", post("message.add?batch=1", "null"), 400],
    ["a batch without its call", post("message.add?batch=1", {}), 400],
    ["a batch whose input has a prototype", post("message.add?batch=1", '{"0":{"__proto__":{}}}'), 400],
    ["a batch of 101", post(`${"health,".repeat(100)}health?batch=1`, {}), 400],
    ["an empty body", post("message.add", ""), 400],
    ["a body null", post("message.add", "null"), 400],
    ["a body of an array", post("message.add", [good]), 400],
  ])("%s", async (_name, { path, ...init }, status) => {
    const { url } = await startApp();
    await createSession(url, { id: "s" });
    const answer = await fetch(`${url}/trpc/${path}`, init);
    const [body] = [await answer.json()].flat() as { error?: unknown }[];
    expect([answer.status, body?.error]).toMatchObject([
      status,
      { message: expect.stringMatching(/\w/) as string, data: { httpStatus: status } },
    ]);
    expect(JSON.stringify(body)).not.toContain("stack");
    expect((await readSession(url, "s")).messages).toEqual([]);
    expect((await callTrpc(url, "message.add", { input: good })).status).toBe(200);
  });

  test("a batch of one or of two whose body is no JSON object is refused and stores nothing", async () => {
    const { url } = await startApp();
    await createSession(url, { id: "s" });
    for (const { text } of textsWithoutMessage) {
      for (const path of ["message.add", "message.add,message.add"]) {
        const { path: address, ...init } = post(`${path}?batch=1`, text);
        const answer = await fetch(`${url}/trpc/${address}`, init);
        const [body]: unknown[] = [await answer.json()].flat();
        expect
          .soft([answer.status, body], `${path}: ${text.slice(0, 20)}`)
          .toMatchObject([400, { error: { data: { code: "BAD_REQUEST", httpStatus: 400 } } }]);
      }
    }
    expect((await readSession(url, "s")).messages).toEqual([]);
  });

  test("a POST with a type and without a body is refused", async () => {
    const { url } = await startApp();
    const head =
      "POST /trpc/message.add HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n";
    const { status, body } = await sendRaw(url, head);
    expect([status, JSON.parse(body)]).toMatchObject([400, { error: { data: { code: "BAD_REQUEST" } } }]);
  });

  test.each(["PUT", "PATCH", "DELETE", "TRACE"])("%s is 405 with Allow", async (method) => {
    const { url } = await startApp();
    const head = `${method} /trpc/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    const { status, headers, body } = await sendRaw(url, head);
    expect([status, headers["allow"]]).toEqual([405, expect.stringContaining("GET")]);
    expect(body).toContain("METHOD_NOT_SUPPORTED");
  });
});

test.each([
  ["a session that is no text", { session_id: 5 }, "BAD_REQUEST"],
  ["a position that is no text", { session_id: "s", lastEventId: 5 }, "BAD_REQUEST"],
  ["a session that is not there", { session_id: "nobody" }, "NOT_FOUND"],
])("an SSE subscription to %s says what is wrong in its stream, and ends", async (_name, input, code) => {
  const { app, url } = await startApp();
  await createSession(url, { id: "s" });
  const { path } = query("session.onEvent", input);
  const answer = await fetch(`${url}/trpc/${path}`, { headers: { accept: "text/event-stream" } });
  const text = await answer.text();
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  expect(text).toContain("event: serialized-error");
  expect(text).toContain(`"code":"${code}"`);
  expect(app.counts().followers).toBe(0);
});

test("a batch in which some calls fail answers each by itself, in order", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const paths = ["message.add", "message.add", "nothing", "session.create", "session.create"];
  const inputs = { 0: good, 1: { ...good, sender: "x" }, 2: {}, 3: { id: "s" }, 4: { id: "t" } };
  const { body } = await callTrpc(url, `${paths.join(",")}?batch=1`, { input: inputs });
  expect(body).toMatchObject([
    { result: { data: { id: 1 } } },
    {
      error: {
        data: { code: "BAD_REQUEST", httpStatus: 400, path: "message.add", issues: [{ path: ["sender"] }] },
      },
    },
    { error: { data: { code: "NOT_FOUND", httpStatus: 404, path: "nothing" } } },
    { error: { data: { code: "CONFLICT", httpStatus: 409, path: "session.create" } } },
    { result: { data: { id: "t", messages: [] } } },
  ]);
});

test("a client that streams its batches is served, errors too", async () => {
  const { url } = await startApp();
  const client = createTRPCClient<AppRouter>({ links: [httpBatchStreamLink({ url: `${url}/trpc` })] });
  const [made, refused] = await Promise.all([
    client.session.create.mutate({ id: "s" }),
    refusalOf(client.session.get.query({ session_id: "nobody" })),
  ]);
  expect(made).toMatchObject({ id: "s", messages: [] });
  expect(refused?.data).toMatchObject({ code: "NOT_FOUND", httpStatus: 404, path: "session.get" });
});

test("a client that does not batch is served", async () => {
  const { url } = await startApp();
  const client = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc` })] });
  expect(await client.session.create.mutate({ id: "s" })).toMatchObject({ id: "s" });
  expect(await client.session.list.query({})).toMatchObject({ items: [{ id: "s" }], next_cursor: null });
});

test("what an answer depends on is said once", async () => {
  const { url } = await startApp();
  for (const path of ["/trpc/health", "/trpc/nothing", "/trpc/message.add"]) {
    const answer = await fetch(url + path, { headers: { origin: "http://localhost:3000" } });
    expect.soft(answer.headers.get("vary"), path).toBe("trpc-accept, accept, Origin");
  }
});

test("a cache between two pages is told that answers depend on the Origin", async () => {
  const { url } = await startApp();
  for (const path of ["/trpc/health", "/trpc/nothing", "/", "/nothing", "/openapi.json", "/docs"]) {
    const answer = await fetch(url + path, { headers: { origin: "http://localhost:3000" } });
    expect.soft(answer.headers.get("vary")?.toLowerCase(), path).toContain("origin");
    expect.soft(answer.headers.get("access-control-allow-origin"), path).toBe("http://localhost:3000");
  }
});

import { expect, onTestFinished, test } from "vitest";
import type { z } from "zod";
import { appRouter } from "../../server/trpc/router.ts";
import { openDoors } from "../support/doors.ts";
import { listOperations, createValidator, everyObject, readDocument } from "../support/openapi.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { createHttpClient, createSocketClient } from "../support/trpc-clients.ts";
import { callTrpc, openTrpcSocket } from "../support/trpc-wire.ts";

test("null for what may be left out of a message is leaving it out, on every door [INPUT-1]", async () => {
  const app = await startApp({ now: () => new Date("2025-11-30T12:00:00.000Z") });
  await createSession(app.url, { id: "s" });
  for (const door of await openDoors(app)) {
    for (const nulls of [{ timestamp: null }, { key: null }, { timestamp: null, key: null }]) {
      const outcome = await door.send("s", { content: "Hello", sender: "user", ...nulls });
      expect.soft(outcome, `${JSON.stringify(nulls)} by ${door.name}`).toEqual({
        message: {
          id: expect.any(Number) as number,
          session_id: "s",
          content: "Hello",
          sender: "user",
          timestamp: "2025-11-30T12:00:00.000Z",
        },
      });
    }
  }
});

test("null for what may be left out of a session is leaving it out [INPUT-1]", async () => {
  const { url } = await startApp({
    now: () => new Date("2025-11-30T12:00:00.000Z"),
    newSessionId: () => "made",
  });
  const expected = { id: "made", title: "New chat", created_at: "2025-11-30T12:00:00.000Z", messages: [] };
  const body = { id: null, title: null, created_at: null };
  expect(await (await call(url, "POST", "/api/sessions", body)).json()).toEqual(expected);
  await call(url, "DELETE", "/api/sessions/made");
  expect((await callTrpc(url, "session.create", { input: body })).body).toMatchObject({
    result: { data: expected },
  });
});

test("lists over tRPC go on from next_cursor as it is, null or not, with a direction beside it [INPUT-1]", async () => {
  const { url, wsUrl } = await startApp();
  for (const id of ["a", "b", "c"]) await createSession(url, { id });
  for (const content of ["1", "2", "3"]) await send(url, "a", content);
  const { client: overSocket, close } = createSocketClient(wsUrl);
  onTestFinished(close);
  for (const client of [createHttpClient(url), overSocket]) {
    const sessions: string[] = [];
    const messages: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await client.session.list.query({ cursor, limit: 2, messages: null });
      sessions.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    do {
      const nulls = { before: null, after: null };
      const input = { session_id: "a", cursor, limit: 2, direction: "forward", ...nulls };
      const page = await client.message.list.query(input);
      messages.push(...page.items.map(({ content }) => content));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect([sessions, messages]).toEqual([
      ["c", "b", "a"],
      ["1", "2", "3"],
    ]);
    const ofInfiniteQueries = { direction: null };
    for (const limit of [null, undefined]) {
      const page = await client.session.list.query({ limit, ...ofInfiniteQueries });
      expect(page.items).toHaveLength(3);
    }
  }
});

test("null as the position of a subscription is none: it begins with a snapshot [INPUT-1]", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const socket = await openTrpcSocket(wsUrl);
  let id = 0;
  for (const [path, input] of [
    ["session.onEvent", { session_id: "s", lastEventId: null }],
    ["session.onListEvent", { lastEventId: null }],
    ["session.onListEvent", null],
  ] as const) {
    const address = `${url}/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`;
    const stop = new AbortController();
    const response = await fetch(address, { headers: { accept: "text/event-stream" }, signal: stop.signal });
    let text = "";
    for await (const part of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text.includes("caught_up") || text.includes("serialized-error")) break;
    }
    expect.soft(text, path).toContain('"type":"snapshot"');
    id += 1;
    socket.socket.send(
      JSON.stringify({
        id,
        method: "subscription",
        jsonrpc: null,
        params: { path, input, lastEventId: null },
      }),
    );
    const isOfThis = (frame: { id?: unknown; error?: unknown }): boolean =>
      frame.id === id || "error" in frame;
    const frames = await socket.frames.until((all) => all.filter(isOfThis).length >= 2);
    expect.soft(frames.filter(isOfThis)[1], path).toMatchObject({
      result: { data: { data: { type: "snapshot" } } },
    });
  }
});

test("null for what must be there is refused by its name, on every door [INPUT-1]", async () => {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  for (const door of await openDoors(app)) {
    for (const field of ["content", "sender"]) {
      const outcome = await door.send("s", { content: "Hello", sender: "user", [field]: null });
      expect.soft(outcome, door.name).toMatchObject({
        error: {
          code: "BAD_REQUEST",
          message: expect.stringMatching(field) as string,
          issues: [{ path: [field] }],
        },
      });
    }
  }
  const title = await call(app.url, "PATCH", "/api/sessions/s", { title: null });
  expect([title.status, await title.json()]).toMatchObject([400, { issues: [{ path: ["title"] }] }]);
  for (const [path, input] of [
    ["session.get", { session_id: null }],
    ["message.list", { session_id: null }],
  ] as const) {
    const address = `${app.url}/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`;
    expect((await fetch(address)).status, path).toBe(400);
  }
});

test("the document shows null in bodies where it may be sent, and in no parameter", async () => {
  const { url } = await startApp();
  const document = await readDocument(url);
  const faultsOf = createValidator(document, { exactly: false });
  const message = { content: "Hello", sender: "user" };
  const isValid = (name: string, value: unknown) =>
    faultsOf({ $ref: `#/components/schemas/${name}` }, value).length === 0;
  expect(isValid("NewMessage", { ...message, timestamp: null })).toBe(true);
  expect(isValid("NewMessage", { ...message, content: null })).toBe(false);
  expect(isValid("NewSession", { id: null, title: null, created_at: null })).toBe(true);
  expect(isValid("SessionUpdate", { title: null })).toBe(false);
  const parameters = listOperations(document).flatMap(({ operation }) => operation.parameters ?? []);
  expect(parameters.length).toBeGreaterThan(15);
  expect(everyObject(parameters).filter(({ type }) => [type].flat().includes("null"))).toEqual([]);
  expect(parameters.filter((each) => !("description" in each))).toEqual([]);
});

/** The procedures of which every input field may be left out. */
const withoutNeeds = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string; inputs: z.ZodType[] } }>,
).filter(([, { _def }]) => _def.inputs.some((input) => input.safeParse({}).success));

test("an input whose fields may all be left out may be left out itself, on every transport [INPUT-1]", async () => {
  expect(withoutNeeds.map(([name]) => name).toSorted()).toEqual([
    "session.create",
    "session.list",
    "session.onListEvent",
  ]);
  const { url, wsUrl } = await startApp({
    now: () => new Date("2025-11-30T12:00:00.000Z"),
    newSessionId: () => "made",
  });
  const { call: callSocket } = await openTrpcSocket(wsUrl);
  const json = { "content-type": "application/json" };
  const session = { id: "made", title: "New chat", created_at: "2025-11-30T12:00:00.000Z", messages: [] };
  const made = { result: { data: session } };
  const jsonLines = { "trpc-accept": "application/jsonl" };
  for (const body of ["", "null", "{}"]) {
    const post = { method: "POST", headers: json, ...(body !== "" && { body }) };
    const create = await fetch(`${url}/trpc/session.create`, post);
    expect([body, create.status, await create.json()]).toEqual([body, 200, made]);
    await call(url, "DELETE", "/api/sessions/made");
    const inputs = body === "" ? "" : `{"0":${body}}`;
    const posts = { ...post, ...(inputs !== "" && { body: inputs }) };
    const batch = await fetch(`${url}/trpc/session.create?batch=1`, posts);
    expect([inputs, batch.status, await batch.json()]).toEqual([inputs, 200, [made]]);

    const one = body === "" ? "" : `input=${body}`;
    const { messages: _messages, ...head } = session;
    const item = { ...head, activity_seq: expect.any(Number) as number, last_message: null };
    const list = { result: { data: { items: [item], next_cursor: null } } };
    expect(await (await fetch(`${url}/trpc/session.list?${one}`)).json()).toEqual(list);
    expect((await fetch(`${url}/trpc/session.list?${one}`, { method: "HEAD" })).ok).toBe(true);
    const many = inputs === "" ? "" : `&input=${encodeURIComponent(inputs)}`;
    const two = await fetch(`${url}/trpc/session.list,health?batch=1${many}`);
    expect(await two.json()).toEqual([
      list,
      { result: { data: expect.objectContaining({ status: "ok", name: "AI Desk" }) as object } },
    ]);
    const lines = await fetch(`${url}/trpc/session.list,health?batch=1${many}`, { headers: jsonLines });
    expect(await lines.text()).not.toContain("error");

    const input = body === "" ? undefined : (JSON.parse(body) as unknown);
    expect(await callSocket("query", "session.list", input)).toMatchObject(list);
    expect(await callSocket("mutation", "session.create", input)).toMatchObject({
      error: { data: { code: "CONFLICT" } },
    });
    expect(await callSocket("subscription", "session.onListEvent", input)).toMatchObject({
      result: { type: "started" },
    });
    await call(url, "DELETE", "/api/sessions/made");
  }
});

import Database from "better-sqlite3";
import { expect, test } from "vitest";
import type { ErrorBody } from "../../server/contract/error.ts";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import { limits } from "../../server/contract/limits.ts";
import type { SessionEvents } from "../../server/contract/polled-events.ts";
import type { Document, ExampleRequest, Place } from "../support/openapi.ts";
import {
  createValidator,
  exampleOf,
  exampleRequest,
  listOperations,
  readDocument,
  sendExample,
} from "../support/openapi.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

/** In this order each finds what its example speaks of. */
const conversation = [
  "getHealth",
  "getLiveness",
  "getReadiness",
  "createSession",
  "addMessage",
  "listSessions",
  "getSession",
  "updateSession",
  "listMessages",
  "updateMessage",
  "claimReply",
  "appendToReply",
  "finishReply",
  "stopReply",
  "streamChat",
  "streamChatReply",
  "streamReply",
  "pollEvents",
  "streamEvents",
  "pollListEvents",
  "streamListEvents",
  "sendSignal",
  "deleteMessage",
  "deleteSession",
];

/** Their examples speak of a reply that is being written. */
const ofOpenReply = new Set(["streamChatReply", "streamReply"]);

function inOrder(document: Document): Place[] {
  const places = listOperations(document);
  expect(places.map(({ operation }) => operation.operationId).toSorted()).toEqual(conversation.toSorted());
  return places.toSorted(
    (a, b) => conversation.indexOf(a.operation.operationId) - conversation.indexOf(b.operation.operationId),
  );
}

function documentedAnswer({ operation }: Place): { status: number; example: unknown; schema: object } {
  const [status, response] = Object.entries(operation.responses).find(([each]) => each < "300") ?? [];
  const media = response?.content?.["application/json"];
  return { status: Number(status), example: exampleOf(response?.content), schema: media?.schema ?? {} };
}

/** Asks for the reply of which the examples speak. */
async function requestReply(url: string): Promise<void> {
  await sendWithKey(url, "reply-1", {
    content: "",
    sender: "assistant",
    timestamp: "2025-11-30T12:00:00.000Z",
    status: "requested",
    parent_key: "#1",
  });
}

/** Opens the reply of which the example of its stream speaks. */
async function openReply(url: string, fields: object): Promise<void> {
  const timestamp = "2025-11-30T12:00:00.000Z";
  const reply = { content: "", sender: "assistant", timestamp, status: "streaming" };
  await sendWithKey(url, "reply-2", { ...reply, ...fields });
}

async function sendWithKey(url: string, key: string, body: object): Promise<void> {
  const response = await fetch(`${url}/api/sessions/123/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
}

test("the document's example requests are answered with its example answers, one after the other", async () => {
  const { url } = await startApp();
  for (const place of inOrder(await readDocument(url))) {
    const { operationId } = place.operation;
    if (operationId === "claimReply") await requestReply(url);
    if (ofOpenReply.has(operationId)) await openReply(url, {});
    const response = await sendExample(url, place, exampleRequest(place, { optional: false }));
    const { status, example } = documentedAnswer(place);
    expect(response.status, operationId).toBe(status);
    if (operationId.startsWith("stream")) {
      await response.body?.cancel();
      continue;
    }
    const body: unknown = status === 204 ? undefined : await response.json();
    // A poll tells the name of this history, which no document can know.
    if (!operationId.startsWith("poll")) expect(body, operationId).toEqual(example);
  }
});

test("with every optional parameter the examples are taken too, and the answers are as documented", async () => {
  const { url } = await startApp();
  const document = await readDocument(url);
  const check = createValidator(document, { exactly: true });
  for (const place of inOrder(document)) {
    const { operationId } = place.operation;
    if (operationId === "claimReply") await requestReply(url);
    if (ofOpenReply.has(operationId)) await openReply(url, { writer: "worker-1" });
    const response = await sendExample(url, place, exampleRequest(place, { optional: true }));
    const { status, schema } = documentedAnswer(place);
    expect(response.status, operationId).toBe(status);
    if (operationId.startsWith("stream")) await response.body?.cancel();
    else if (status !== 204) expect(check(schema, await response.json()), operationId).toEqual([]);
  }
});

test("every example in the document is valid by the schema it stands at", async () => {
  const { url } = await startApp();
  const document = await readDocument(url);
  const check = createValidator(document, { exactly: true });
  let count = 0;
  function expectValid(schema: object, value: unknown): void {
    expect(check(schema, value), JSON.stringify(value)).toEqual([]);
    count += 1;
  }
  function walk(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    const { schema, examples } = value as Record<string, object | undefined>;
    if (Array.isArray(examples)) for (const example of examples) expectValid(value, example);
    else if (examples && schema) {
      for (const { value: example } of Object.values(examples)) expectValid(schema, example);
    }
    Object.values(value).forEach(walk);
  }
  walk(document);
  expect(count).toBeGreaterThan(150);
});

/** Values that no field takes; a 400's example tells which of them it speaks of. */
const faults: Record<string, unknown> = {
  content: "",
  name: "",
  sender: "",
  created_at: "yesterday",
  limit: 501,
  message_id: 9007199254740992,
  session_id: "\n",
  title: 5,
  wait: 31,
};

function withFault(request: ExampleRequest, field: string | undefined): Partial<ExampleRequest> {
  if (field === undefined) return { query: "%" };
  const value = String(faults[field]);
  if (field in request.path) return { path: { ...request.path, [field]: value } };
  if (typeof request.body === "object") return { body: { ...request.body, [field]: faults[field] } };
  return { query: `${field}=${value}` };
}

function fieldsOf(body: ExampleRequest["body"]): Record<string, unknown> {
  return typeof body === "object" ? body : {};
}

/** The change to a good request that makes it refused, by the status. */
const wrongs: Record<string, (request: ExampleRequest, example: ErrorBody) => Partial<ExampleRequest>> = {
  400: (request, { issues }) => withFault(request, issues?.[0]?.path[0]?.toString()),
  404: () => ({}),
  // The change at position 2 is the reason of the 409, and of a send the writer of a reply.
  409: ({ path, method, headers, body }, { status }) => {
    if (method === "DELETE" && "message_id" in path) return { query: "if_seq=1" };
    if (status !== "streaming") return {};
    return {
      headers: { ...headers, "idempotency-key": "reply-3" },
      body: { ...fieldsOf(body), content: "", status, writer: "another" },
    };
  },
  413: ({ headers, body }) =>
    typeof body === "string"
      ? { body: body + "x".repeat(6) }
      : {
          headers: { ...headers, "content-type": "application/json" },
          body: { ...fieldsOf(body), more: "x".repeat(70_000) },
        },
  415: ({ headers, body }) => ({
    headers: { ...headers, "content-type": typeof body === "string" ? "text/html" : "text/plain" },
    body: { ...fieldsOf(body), more: "x" },
  }),
  422: ({ headers, body }) => ({
    headers: { ...headers, "idempotency-key": "used" },
    body: {
      ...fieldsOf(body),
      content: "Other",
      messages: [{ id: "used", role: "user", parts: [{ type: "text", text: "Other" }] }],
    },
  }),
  429: ({ body, method }) =>
    method === "POST" && body ? { body: { ...fieldsOf(body), status: "streaming" } } : {},
};

/** Sends each operation what earns it that status, and compares the answer with the documented one. */
async function expectRefusals(url: string, places: Place[], status: string): Promise<number> {
  let count = 0;
  for (const place of places) {
    const documented = place.operation.responses[status];
    if (!documented) continue;
    const example = exampleOf(documented.content) as ErrorBody;
    const good = exampleRequest(place, { optional: false });
    const wrong = { ...good, ...wrongs[status]?.(good, example) };
    const headers = { ...wrong.headers, "x-request-id": example.request_id ?? "" };
    const response = await sendExample(url, place, { ...wrong, headers });
    const name = `${place.operation.operationId} ${status}`;
    expect([name, String(response.status)]).toEqual([name, status]);
    expect(await response.json(), name).toEqual(example);
    count += 1;
  }
  return count;
}

function isOfMessage({ path }: Place): boolean {
  return path.includes("{message_id}");
}

test("every refusal that is documented happens, and says what its example says", async () => {
  const { url, databaseFile } = await startApp({
    maxMessageChars: 10,
    maxReadersPerSession: 1,
    // Signals that were sent count for ever.
    elapsedMs: () => 0,
  });
  const places = inOrder(await readDocument(url));
  const statuses = new Set(places.flatMap(({ operation }) => Object.keys(operation.responses)));
  const refusals = [...statuses].filter((status) => status.startsWith("4"));
  expect(refusals.toSorted()).toEqual(Object.keys(wrongs));

  const [ofMessages, ofSessions] = [
    places.filter(isOfMessage),
    places.filter((place) => !isOfMessage(place)),
  ];
  expect(await expectRefusals(url, ofSessions, "404")).toBe(8);
  await createSession(url, { id: "123" });
  expect(await expectRefusals(url, ofMessages, "404")).toBe(7);
  const reader = await fetch(`${url}/api/sessions/123/events/stream`);
  await sendWithKey(url, "used", { content: "Hello", sender: "user" });
  await call(url, "PATCH", "/api/sessions/123/messages/1", { content: "Hi" });
  const other = new Database(databaseFile);
  other.exec(
    "create table attachment (message_id integer references message); insert into attachment values (1)",
  );
  other.close();

  await requestReply(url);
  const open = ["3", "4", "5", "6", "7", "8", "9", "10"].map((each) => `reply-${each}`);
  for (const key of open) await sendWithKey(url, key, { content: "", sender: "user", status: "streaming" });
  for (let sent = 0; sent < limits.signalBurst; sent += 1) {
    await call(url, "POST", "/api/sessions/123/signals", { name: "typing" });
  }
  expect(await expectRefusals(url, places, "429")).toBeGreaterThan(0);
  await reader.body?.cancel();

  for (const key of open.slice(1)) await call(url, "POST", `/api/sessions/123/messages/key:${key}/stop`);
  await call(url, "POST", "/api/sessions/123/messages/key:reply-1/claim", {});
  const whole = { offset: 0, text: "Hello" };
  await call(url, "POST", "/api/sessions/123/messages/key:reply-1/append", whole);
  await call(url, "POST", "/api/sessions/123/messages/key:reply-1/finish", {});
  await sendWithKey(url, "reply-2", { content: "Hello", sender: "user", status: "streaming" });
  // The 413 of a reply's stream ends the reply as failed, which its 409 speaks of.
  for (const status of ["413", ...refusals.filter((each) => !["404", "413", "429"].includes(each))]) {
    expect(await expectRefusals(url, places, status), status).toBeGreaterThan(0);
  }
});

test("every failure that is documented as one is answered as one, and tells nothing of the inside", async () => {
  const { url, databaseFile } = await startApp({ expectsFailures: true });
  const places = inOrder(await readDocument(url));
  await createSession(url, { id: "123" });
  const other = new Database(databaseFile);
  other.exec("alter table chatsession rename to gone; alter table message rename to gone_too");
  other.close();
  expect(await expectRefusals(url, places, "500")).toBe(21);
});

test("live events of every type are as documented, over a poll and over a stream", async () => {
  const { url } = await startApp();
  const document = await readDocument(url);
  const check = createValidator(document, { exactly: true });
  const events: LiveEvent[] = [];
  const address = `${url}/api/sessions/123/events`;
  const poll = async (query: string): Promise<string> => {
    const body = (await (await fetch(`${address}?${query}`)).json()) as SessionEvents;
    expect(check({ $ref: "#/components/schemas/SessionEvents" }, body), query).toEqual([]);
    events.push(...body.events);
    return body.position;
  };

  await createSession(url, { id: "123" });
  const stream = await fetch(`${address}/stream`);
  const streamed200 = document.paths["/api/sessions/{session_id}/events/stream"]?.["get"]?.responses["200"];
  expect(Object.keys(streamed200?.content ?? {})).toContain(stream.headers.get("content-type"));
  await send(url, "123", "Hello");
  await call(url, "POST", "/api/sessions/123/signals", { name: "typing", data: { user: "Ada" } });
  const deleted = await send(url, "123", "Gone");
  await call(url, "DELETE", `/api/sessions/123/messages/${deleted.id}`);
  await call(url, "PATCH", "/api/sessions/123", { title: "Renamed" });
  await poll("");
  await poll("after=another:7");
  await sendWithKey(url, "reply", { content: "", sender: "assistant", status: "streaming" });
  const before = await poll("after=0");
  await call(url, "POST", "/api/sessions/123/messages/key:reply/append", { offset: 0, text: "Hi" });
  await poll(`after=${before}`);
  const position = await poll("after=0");
  const waiting = poll(`after=${position}&wait=30`);
  await call(url, "DELETE", "/api/sessions/123");
  await waiting;

  const streamed = [...(await stream.text()).matchAll(/^data: (.*)$/gm)].map(
    ([, data = ""]) => JSON.parse(data) as LiveEvent,
  );
  for (const event of streamed)
    expect(check({ $ref: "#/components/schemas/LiveEvent" }, event), event.type).toEqual([]);
  expect(streamed.length).toBeGreaterThan(3);
  expect([...new Set([...events, ...streamed].map(({ type }) => type))].toSorted()).toEqual([
    "caught_up",
    "message",
    "message_deleted",
    "message_delta",
    "reset",
    "session",
    "session_deleted",
    "signal",
    "snapshot",
  ]);
});

import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

type Schema = {
  $ref?: string;
  type?: string | string[];
  anyOf?: Schema[];
  format?: string;
  properties?: Record<string, Schema>;
};
type Media = { schema: Schema; examples?: Record<string, unknown> };
type Operation = {
  operationId: string;
  summary: string;
  tags: string[];
  parameters?: { in: string; name: string; schema: Schema & { examples?: unknown[] } }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; headers?: object; content?: Record<string, Media> }>;
};
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema & { examples?: unknown[] }> };
};

async function readDocument(url: string): Promise<Document> {
  return (await (await fetch(`${url}/openapi.json`)).json()) as Document;
}

function listOperations({ paths }: Document): { method: string; path: string; operation: Operation }[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** Every object in a document that is a value somewhere in it. */
function everyObject(value: unknown): Record<string, unknown>[] {
  if (typeof value !== "object" || value === null) return [];
  const inside = Object.values(value).flatMap(everyObject);
  return Array.isArray(value) ? inside : [value as Record<string, unknown>, ...inside];
}

const documented = [
  "DELETE /api/sessions/{session_id}",
  "DELETE /api/sessions/{session_id}/messages/{message_id}",
  "GET /",
  "GET /api/chat/{session_id}/stream",
  "GET /api/events",
  "GET /api/events/stream",
  "GET /api/sessions",
  "GET /api/sessions/{session_id}",
  "GET /api/sessions/{session_id}/events",
  "GET /api/sessions/{session_id}/events/stream",
  "GET /api/sessions/{session_id}/messages",
  "GET /health/live",
  "GET /health/ready",
  "PATCH /api/sessions/{session_id}",
  "PATCH /api/sessions/{session_id}/messages/{message_id}",
  "POST /api/chat",
  "POST /api/sessions",
  "POST /api/sessions/{session_id}/messages",
  "POST /api/sessions/{session_id}/messages/{message_id}/append",
  "POST /api/sessions/{session_id}/messages/{message_id}/claim",
  "POST /api/sessions/{session_id}/messages/{message_id}/finish",
  "POST /api/sessions/{session_id}/messages/{message_id}/stop",
  "POST /api/sessions/{session_id}/signals",
  "PUT /api/sessions/{session_id}/messages/{message_id}/stream",
];

/** The message of an operation on replies is one. */
const repliesOf: Record<string, object> = {
  appendToReply: { status: "streaming" },
  finishReply: { status: "streaming" },
  stopReply: { status: "streaming" },
  claimReply: { status: "requested" },
  streamReply: { status: "streaming" },
  streamChatReply: { status: "streaming" },
};

test("the routes that are documented are the routes that are served, each with its success", async () => {
  const { url } = await startApp();
  const document = await readDocument(url);
  expect(document.openapi).toMatch(/^3\.1\./);
  const operations = listOperations(document);
  expect(operations.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(documented);

  for (const { method, path, operation } of operations) {
    const session = await createSession(url);
    const message = await send(url, session.id, "Hello", repliesOf[operation.operationId]);
    const address = path.replace("{session_id}", session.id).replace("{message_id}", String(message.id));
    const messages = [{ id: "new", role: "user", parts: [{ type: "text", text: "New" }] }];
    const ofChat = operation.operationId === "streamChat" && { id: session.id, messages };
    const common = { title: "New", name: "new", content: "New", sender: "user", offset: 5, text: "New" };
    const body = { ...ofChat, ...common };
    const answer = await (method === "PUT"
      ? fetch(url + address, { method, headers: { "content-type": "text/plain" }, body: "Hello" })
      : call(url, method, address, method === "GET" || method === "DELETE" ? undefined : body));
    if (answer.headers.get("content-type") === "text/event-stream") await answer.body?.cancel();
    const success = Object.keys(operation.responses).find((status) => status.startsWith("2"));
    expect([`${method} ${path}`, String(answer.status)]).toEqual([`${method} ${path}`, success]);
    const allowed =
      (await fetch(url + address, { method: "OPTIONS" })).headers.get("allow")?.split(", ") ?? [];
    const known = Object.keys(document.paths[path] ?? {}).map((each) => each.toUpperCase());
    expect(allowed.filter((each) => each !== "HEAD" && each !== "OPTIONS").toSorted()).toEqual(
      known.toSorted(),
    );
    for (const other of ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((each) => !known.includes(each))) {
      expect((await call(url, other, address)).status, `${other} ${path}`).toBe(405);
    }
  }
});

test("generated clients are pleasant: plain operation ids, summaries, tags, named schemas, one error, examples", async () => {
  const { url } = await startApp();
  const document = await readDocument(url);
  const operations = listOperations(document).map(({ operation }) => operation);
  expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual([
    "addMessage",
    "appendToReply",
    "claimReply",
    "createSession",
    "deleteMessage",
    "deleteSession",
    "finishReply",
    "getHealth",
    "getLiveness",
    "getReadiness",
    "getSession",
    "listMessages",
    "listSessions",
    "pollEvents",
    "pollListEvents",
    "sendSignal",
    "stopReply",
    "streamChat",
    "streamChatReply",
    "streamEvents",
    "streamListEvents",
    "streamReply",
    "updateMessage",
    "updateSession",
  ]);
  for (const { operationId, summary, tags, parameters = [], requestBody, responses } of operations) {
    expect([summary.length > 0, tags.length], operationId).toEqual([true, 1]);
    for (const { name, schema } of parameters)
      expect(schema.examples?.length, `${operationId} ${name}`).toBeGreaterThan(0);
    const body = requestBody?.content["application/json"];
    if (body) expect(body.schema.$ref).toMatch(/^#\/components\/schemas\/\w+$/);
    else if (requestBody) expect(Object.keys(requestBody.content)).toEqual(["text/plain"]);
    for (const [status, { description, content }] of Object.entries(responses)) {
      expect(description.length, `${operationId} ${status}`).toBeGreaterThan(0);
      if (status < "400") continue;
      expect(content?.["application/json"]?.schema).toEqual({ $ref: "#/components/schemas/ApiError" });
      expect(Object.keys(content?.["application/json"]?.examples ?? {})).toHaveLength(1);
    }
  }
  for (const [name, { examples }] of Object.entries(document.components.schemas)) {
    expect(examples?.length, name).toBeGreaterThan(0);
  }
});

test("generated clients last: no answer says what it will never have", async () => {
  const { url } = await startApp();
  const objects = everyObject(await readDocument(url));
  expect(objects.filter((each) => "additionalProperties" in each)).toEqual([]);
});

test("ids and seqs are int64, and no other number is: generators make a BigInt of each", async () => {
  const { url } = await startApp();
  const { paths, components } = await readDocument(url);
  const named = listOperations({ paths } as Document)
    .flatMap(({ operation }) => operation.parameters ?? [])
    .map(({ name, schema }) => [name, schema] as const);
  const fields = everyObject(components.schemas).flatMap(({ properties }) =>
    typeof properties === "object" && properties !== null
      ? (Object.entries(properties) as [string, Schema][])
      : [],
  );
  const integers = [...named, ...fields]
    .flatMap(([name, schema]) => [schema, ...(schema.anyOf ?? [])].map((form) => [name, form] as const))
    .filter(([, { type }]) => [type].flat().includes("integer"));
  const namesOf = (format: string | undefined): string[] =>
    [...new Set(integers.filter(([, schema]) => schema.format === format).map(([name]) => name))].toSorted();
  expect(namesOf("int64")).toEqual([
    "activity_seq",
    "after",
    "before",
    "id",
    "if_seq",
    "message_id",
    "prev",
    "seq",
  ]);
  expect(namesOf(undefined)).toEqual(["chunk_offset", "length", "limit", "max_missed", "offset", "wait"]);
  const everywhere = everyObject({ paths, components }).filter(({ format }) => format === "int64");
  expect(everywhere.every(({ type }) => [type].flat().includes("integer"))).toBe(true);
});

test("no schema has the name of a global of a browser or of Node: generators export types by these names", async () => {
  const { url } = await startApp();
  const { components } = await readDocument(url);
  const [library = ""] = globSync("node_modules/@typescript/*/lib/lib.dom.d.ts");
  const dom = new Set(
    [...readFileSync(library, "utf8").matchAll(/^(?:interface|declare var|type) (\w+)/gm)].map(
      ([, name]) => name,
    ),
  );
  expect(dom.has("MessageEvent")).toBe(true);
  const shadows = Object.keys(components.schemas).filter((name) => dom.has(name) || name in globalThis);
  expect(shadows).toEqual([]);
});

test("an operation has answers of one media type, so that a generated client knows what it gets", async () => {
  const { url } = await startApp();
  for (const { operation } of listOperations(await readDocument(url))) {
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      expect(Object.keys(content).length, `${operation.operationId} ${status}`).toBeLessThanOrEqual(1);
    }
  }
});

test("pages tell of their Link, a send of its key, and a delete of its empty answer", async () => {
  const { url } = await startApp();
  const { paths } = await readDocument(url);
  for (const path of ["/api/sessions", "/api/sessions/{session_id}/messages"]) {
    expect(paths[path]?.["get"]?.responses["200"]).toMatchObject({
      headers: { Link: { schema: { type: "string" } } },
      content: { "application/json": { schema: { type: "array" } } },
    });
  }
  const addMessage = paths["/api/sessions/{session_id}/messages"]?.["post"];
  expect(addMessage?.parameters).toContainEqual(
    expect.objectContaining({ in: "header", name: "Idempotency-Key" }),
  );
  expect(paths["/api/sessions/{session_id}"]?.["delete"]?.responses["204"]?.content).toBeUndefined();
});

test("the examples are the ones of the original's document", async () => {
  const { url } = await startApp();
  const { components } = await readDocument(url);
  expect(components.schemas["NewMessage"]?.examples).toEqual([
    { content: "Hello", sender: "user", timestamp: "2025-11-30T12:00:00.000Z" },
  ]);
  expect(components.schemas["Message"]?.examples).toEqual([
    { id: 1, session_id: "123", content: "Hello", sender: "user", timestamp: "2025-11-30T12:00:00.000Z" },
  ]);
});

test("the longest content is the one that the operator set", async () => {
  const { url } = await startApp({ maxMessageChars: 42 });
  const { components } = await readDocument(url);
  for (const name of ["NewMessage", "MessageUpdate"]) {
    expect(components.schemas[name]?.properties?.["content"]).toMatchObject({ minLength: 1, maxLength: 42 });
  }
  await createSession(url, { id: "s" });
  await send(url, "s", "x".repeat(42));
  await expect(send(url, "s", "x".repeat(43))).rejects.toThrow("must have at most 42 characters, and has 43");
});

test("serving requests changes nothing of the document, nor of what is taken", async () => {
  const { url } = await startApp();
  const before = await readDocument(url);
  await createSession(url, { id: "s" });
  await fetch(`${url}/api/sessions/s/messages?limit=5&after=0`);
  const trpc = `${url}/trpc/message.list?input=${encodeURIComponent('{"session_id":"s","limit":"5"}')}`;
  expect((await fetch(trpc)).status).toBe(400);
  expect(await readDocument(url)).toEqual(before);
});

import { describe, expect, test } from "vitest";
import type { Session } from "../../client-sdk/src/index.ts";
import { openChat } from "../support/readers.ts";
import { call, createSession, documented, readSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";
import { openTrpcSocket } from "../support/trpc-wire.ts";

const json = { "content-type": "application/json" };
const tooLong = "x".repeat(100_001);

/** Bodies of a send that no door takes, and the field that each blames. */
const badMessages: [string, unknown, string][] = [
  ["no content", { sender: "user" }, "content"],
  ["content that is a number", { content: 5, sender: "user" }, "content"],
  ["content that is null", { content: null, sender: "user" }, "content"],
  ["content that is an array", { content: ["a"], sender: "user" }, "content"],
  ["empty content", { content: "", sender: "user" }, "content"],
  ["content that is too long", { content: tooLong, sender: "user" }, "content"],
  ["content with NUL", { content: "a\0b", sender: "user" }, "content"],
  ["content with a lone surrogate", { content: "a\ud800b", sender: "user" }, "content"],
  ["no sender", { content: "a" }, "sender"],
  ["an unknown sender", { content: "a", sender: "system" }, "sender"],
  ["a sender in capitals", { content: "a", sender: "User" }, "sender"],
  ["a timestamp in words", { content: "a", sender: "user", timestamp: "yesterday" }, "timestamp"],
  [
    "a timestamp in month 13",
    { content: "a", sender: "user", timestamp: "2025-13-01T00:00:00Z" },
    "timestamp",
  ],
  ["a 30th of February", { content: "a", sender: "user", timestamp: "2025-02-30T00:00:00Z" }, "timestamp"],
  ["a date without a time", { content: "a", sender: "user", timestamp: "2025-11-30" }, "timestamp"],
  ["a timestamp that is a number", { content: "a", sender: "user", timestamp: 1764504000 }, "timestamp"],
  [
    "a timestamp with more behind it",
    { content: "a", sender: "user", timestamp: "2025-11-30T12:00:00Z\n" },
    "timestamp",
  ],
];

const notObjects: [string, string][] = [
  ["an array", "[]"],
  ["null", "null"],
  ["a string", '"hello"'],
  ["a number", "5"],
  ["no JSON", "{content:"],
  ["nothing", ""],
];

async function prepare(): Promise<RunningApp> {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  return app;
}

async function nothingStored({ url }: RunningApp): Promise<void> {
  expect((await readSession(url, "s")).messages).toEqual([]);
  expect((await send(url, "s", "the next good one")).id).toBe(1);
}

describe("a send that is not valid is refused by name and stores nothing", () => {
  test.each(badMessages)("over REST: %s", async (_name, body, field) => {
    const app = await prepare();
    const answer = await call(app.url, "POST", "/api/sessions/s/messages", body);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { code: "BAD_REQUEST", message: expect.stringContaining(field) as string, issues: [{ path: [field] }] },
    ]);
    await nothingStored(app);
  });

  test.each(badMessages)("over tRPC: %s", async (_name, body, field) => {
    const app = await prepare();
    const answer = await call(app.url, "POST", "/trpc/message.add", { session_id: "s", ...(body as object) });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      {
        error: {
          data: { code: "BAD_REQUEST", httpStatus: 400, path: "message.add", issues: [{ path: [field] }] },
        },
      },
    ]);
    await nothingStored(app);
  });

  test("over the plain WebSocket, which stays open: each of them", async () => {
    const app = await prepare();
    const { socket, frames } = await openChat(app.wsUrl, "s");
    for (const [, body] of badMessages) socket.send(JSON.stringify(body));
    for (const [, text] of notObjects) socket.send(text);
    socket.send(JSON.stringify({ content: "good", sender: "user" }));
    const got = await frames.until((items) => items.some(({ message }) => message !== undefined));
    expect(got.filter(({ error }) => error?.code === "BAD_REQUEST")).toHaveLength(
      badMessages.length + notObjects.length,
    );
    for (const [index, [, , field]] of badMessages.entries()) {
      expect(got[index]).toMatchObject({ error: { issues: [{ path: [field] }] } });
    }
    expect(got.at(-1)).toMatchObject({ message: { id: 1, content: "good" } });
    socket.close();
  });
});

describe("a body that is no JSON object is refused", () => {
  test.each(notObjects)("over REST: %s", async (_name, body) => {
    const app = await prepare();
    for (const path of ["/api/sessions", "/api/sessions/s/messages"]) {
      const answer = await fetch(app.url + path, { method: "POST", headers: json, body });
      expect([answer.status, await answer.json()]).toMatchObject([400, { code: "BAD_REQUEST" }]);
    }
    expect(await (await fetch(`${app.url}/api/sessions`)).json()).toHaveLength(1);
    await nothingStored(app);
  });

  test.each(notObjects)("over tRPC, alone and in a batch: %s", async (_name, body) => {
    const app = await prepare();
    for (const path of [
      "/trpc/message.add",
      "/trpc/message.add?batch=1",
      "/trpc/message.add,message.add?batch=1",
    ]) {
      const answer = await fetch(app.url + path, { method: "POST", headers: json, body });
      const parsed: unknown = await answer.json();
      const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
      expect([answer.status, first], path).toMatchObject([400, { error: { data: { code: "BAD_REQUEST" } } }]);
    }
    await nothingStored(app);
  });
});

describe("a body is JSON in UTF-8 and no longer than the limit, on REST and on tRPC", () => {
  const good = JSON.stringify({ session_id: "s", content: "a", sender: "user" });
  const cases: [string, Record<string, string>, string | Uint8Array<ArrayBuffer>, number, string][] = [
    ["plain text", { "content-type": "text/plain" }, good, 415, "UNSUPPORTED_MEDIA_TYPE"],
    [
      "a form",
      { "content-type": "application/x-www-form-urlencoded" },
      "content=a",
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    [
      "a multipart form",
      { "content-type": "multipart/form-data; boundary=x" },
      "--x--",
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    ["bytes", { "content-type": "application/octet-stream" }, good, 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["no type", {}, new TextEncoder().encode(good), 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["compressed", { ...json, "content-encoding": "gzip" }, good, 415, "UNSUPPORTED_MEDIA_TYPE"],
    [
      "bytes that are not UTF-8",
      json,
      Uint8Array.from(Buffer.from(good.replace("a", "\xff"), "latin1")),
      400,
      "BAD_REQUEST",
    ],
    ["30 MB", json, JSON.stringify({ content: "x".repeat(30_000_000) }), 413, "PAYLOAD_TOO_LARGE"],
  ];

  test.each(cases)("%s", async (_name, headers, body, status, code) => {
    const app = await prepare();
    const rest = await fetch(`${app.url}/api/sessions/s/messages`, { method: "POST", headers, body });
    expect([rest.status, await rest.json()]).toMatchObject([status, { code }]);
    const trpc = await fetch(`${app.url}/trpc/message.add`, { method: "POST", headers, body });
    expect([trpc.status, await trpc.json()]).toMatchObject([
      status,
      { error: { data: { code, httpStatus: status } } },
    ]);
    await nothingStored(app);
  });

  test("30 MB in chunks, without saying so before", async () => {
    const app = await prepare();
    const chunk = new Uint8Array(1_000_000).fill(32);
    const body = ReadableStream.from(Array.from({ length: 30 }, () => chunk));
    const init = { method: "POST", headers: json, body, duplex: "half" } as const;
    const answer = await fetch(`${app.url}/api/sessions/s/messages`, init);
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: "PAYLOAD_TOO_LARGE" }]);
    await nothingStored(app);
  });

  test.each(["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8; x=y"])(
    "%s is JSON",
    async (type) => {
      const { url } = await prepare();
      const init = { method: "POST", headers: { "content-type": type }, body: good };
      expect((await fetch(`${url}/api/sessions/s/messages`, init)).status).toBe(200);
      expect((await fetch(`${url}/trpc/message.add`, init)).status).toBe(200);
    },
  );

  test("content of the full length goes through when every character is escaped, on every door", async () => {
    const { url, wsUrl } = await prepare();
    const content = "\u00e9".repeat(100_000);
    const escaped = String.raw`\u00e9`.repeat(100_000);
    const body = `{"session_id":"s","sender":"user","content":"${escaped}"}`;
    const { socket, frames } = await openChat(wsUrl, "s");
    for (const path of ["/api/sessions/s/messages", "/trpc/message.add"]) {
      expect((await fetch(url + path, { method: "POST", headers: json, body })).status).toBe(200);
    }
    socket.send(body);
    const got = await frames.count(3);
    expect(got.map(({ message }) => message?.content === content)).toEqual([true, true, true]);
    socket.close();
  });
});

describe("a query is parsed, and what cannot be is refused", () => {
  test.each([
    ["/api/sessions?limit=abc", "limit"],
    ["/api/sessions?limit=-1", "limit"],
    ["/api/sessions?limit=0", "limit"],
    ["/api/sessions?limit=501", "limit"],
    ["/api/sessions?limit=1e9", "limit"],
    ["/api/sessions?limit=1.5", "limit"],
    ["/api/sessions?limit=", "limit"],
    ["/api/sessions?limit=1&limit=2", "limit"],
    ["/api/sessions?cursor=abc", "cursor"],
    ["/api/sessions?cursor=-1", "cursor"],
    ["/api/sessions?messages=some", "messages"],
    ["/api/sessions?x=%", "query"],
    ["/api/sessions?x=%e0%a4%a", "query"],
    ["/api/sessions/s/messages?before=abc", "before"],
    ["/api/sessions/s/messages?before=", "before"],
    ["/api/sessions/s/messages?cursor=abc", "cursor"],
    ["/api/sessions/s/messages?cursor=--1", "cursor"],
    ["/api/sessions/s/messages?after=99999999999999999999", "after"],
    ["/api/sessions/s/messages/abc", "message_id"],
    ["/api/sessions/s/messages/1.5", "message_id"],
    ["/api/sessions/s/messages/9007199254740992", "message_id"],
    ["/api/sessions//messages/1", "session_id"],
  ])("%s", async (path, blamed) => {
    const { url } = await prepare();
    const answer = await call(url, path.includes("/messages/") ? "DELETE" : "GET", path);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { code: "BAD_REQUEST", message: expect.stringContaining(blamed) as string },
    ]);
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "a%5Bb%5D", "%00", ""])(
    "an unknown name %j is ignored",
    async (name) => {
      const { url } = await prepare();
      const answer = await fetch(`${url}/api/sessions?${name}=1&limit=1`);
      expect([answer.status, await answer.json()]).toMatchObject([200, [{ id: "s" }]]);
    },
  );
});

describe("a session id is 1–128 characters, none of them a control character", () => {
  test.each([
    ["one of 129 characters", "x".repeat(129)],
    ["one with a line break", "a\nb"],
    ["one with NUL", "a\0b"],
    ["one with DEL", "a\x7fb"],
    ["one with a C1 control character", "a\x85b"],
  ])("%s is refused on every door", async (_name, id) => {
    const { url, wsUrl } = await prepare();
    const encoded = encodeURIComponent(id);
    expect((await call(url, "POST", "/api/sessions", { id })).status).toBe(400);
    expect((await fetch(`${url}/api/sessions/${encoded}`)).status).toBe(400);
    expect((await call(url, "POST", "/trpc/session.create", { id })).status).toBe(400);
    const input = encodeURIComponent(JSON.stringify({ session_id: id }));
    expect((await fetch(`${url}/trpc/session.get?input=${input}`)).status).toBe(400);
    await expect(openChat(wsUrl, id)).rejects.toThrow("The socket was refused.");
  });

  test.each([
    "a b",
    "naïve",
    "日本",
    "100%",
    "q?x=1&y#z",
    "a/b",
    `"quoted" and 'quoted'`,
    "'; drop table message; --",
    "__proto__",
    "👩‍👩‍👧",
    "x".repeat(128),
  ])("%j is one through every door", async (id) => {
    const { url, wsUrl } = await startApp();
    const made = await createSession(url, { id });
    expect(made.id).toBe(id);
    const { socket, frames } = await openChat(wsUrl, id);
    const message = await send(url, id, "over REST");
    const added = await call(url, "POST", "/trpc/message.add", {
      session_id: id,
      content: "over tRPC",
      sender: "user",
    });
    expect(added.status).toBe(200);
    expect(await frames.count(2)).toMatchObject([
      { session_id: id, message: { id: message.id, content: "over REST" } },
      { session_id: id, message: { content: "over tRPC" } },
    ]);
    const input = encodeURIComponent(JSON.stringify({ session_id: id }));
    const overTrpc = (await (await fetch(`${url}/trpc/session.get?input=${input}`)).json()) as {
      result: { data: Session };
    };
    const { messages, ...head } = overTrpc.result.data;
    expect({ ...head, messages: messages.map(documented) }).toEqual(await readSession(url, id));
    socket.close();
  });
});

test.each([
  ["a title that is a number", { title: 5 }, "title"],
  ["a title that is too long", { title: "x".repeat(1001) }, "title"],
  ["a title with NUL", { title: "a\0" }, "title"],
  ["a created_at that is none", { created_at: "soon" }, "created_at"],
  ["an id that is a number", { id: 5 }, "id"],
])("a session with %s is not made", async (_name, body, field) => {
  const { url } = await startApp();
  const answer = await call(url, "POST", "/api/sessions", body);
  expect([answer.status, await answer.json()]).toMatchObject([400, { issues: [{ path: [field] }] }]);
  expect(await (await fetch(`${url}/api/sessions`)).json()).toEqual([]);
});

const nest = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
const nestedMessage = (levels: number): string => `{"content":"a","sender":"user","more":${nest(levels)}}`;
const nestedInput = (levels: number): string => `{"session_id":"s","more":${nest(levels)}}`;

test("JSON that nests too deep is refused at every door before it is parsed, and a send that nests less is stored [LIMIT-8]", async () => {
  const { url, wsUrl } = await prepare();
  const post = (path: string, body: string) => fetch(url + path, { method: "POST", headers: json, body });
  const get = (levels: number) => `/trpc/session.get?input=${encodeURIComponent(nestedInput(levels))}`;
  const chat = await openChat(wsUrl, "s");
  const trpc = await openTrpcSocket(wsUrl);

  const refused: unknown[] = [
    await (await post("/api/sessions/s/messages", nestedMessage(32))).json(),
    await (await post("/trpc/message.add", nestedMessage(32))).json(),
    await (await fetch(url + get(32))).json(),
    await (await fetch(url + get(32), { headers: { "trpc-accept": "application/jsonl" } })).json(),
    await (await fetch(`${url}/trpc/session.onEvent?input=${encodeURIComponent(nestedInput(32))}`)).json(),
  ];
  trpc.socket.send(`{"id":1,"method":"query","params":{"path":"session.get","input":${nestedInput(30)}}}`);
  refused.push((await trpc.frames.count(1))[0]);
  chat.socket.send(nestedMessage(32));
  refused.push((await chat.frames.count(1))[0]);
  for (const each of refused) {
    expect(JSON.stringify(each)).toMatch(/"(The body|The input|The frame) nests deeper than 32 levels\."/);
    expect(JSON.stringify(each)).toContain("BAD_REQUEST");
  }

  expect((await post("/api/sessions/s/messages", nestedMessage(31))).status).toBe(200);
  expect((await fetch(url + get(31))).status).toBe(200);
  trpc.socket.send(`{"id":2,"method":"query","params":{"path":"session.get","input":${nestedInput(29)}}}`);
  expect((await trpc.frames.count(2))[1]).toMatchObject({ id: 2, result: {} });
  chat.socket.send(nestedMessage(31));
  expect((await chat.frames.count(3)).at(-1)).toMatchObject({ message: { content: "a" } });
});

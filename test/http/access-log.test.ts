import { once } from "node:events";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { openChat } from "../support/readers.ts";
import { closeCodeOf, openRawSocket } from "../support/raw-socket.ts";
import { sendRaw } from "../support/raw-request.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { callTrpc } from "../support/trpc-wire.ts";

type Line = Record<string, unknown> & { msg: string };

/** An app that logs at `info`, and its lines of a kind. */
async function startLogging(options: Parameters<typeof startApp>[0] = {}) {
  const app = await startApp({ ...options, logLevel: "info", expectsFailures: true });
  const lines = (msg: string): Line[] =>
    app.log.map((line) => JSON.parse(line) as Line).filter((line) => line.msg === msg);
  return { ...app, lines, requests: () => lines("request") };
}

const number = expect.any(Number) as number;

test("each request is a line: method, route, status, time, bytes, peer and id, and no id of a session", async () => {
  const { url, requests } = await startLogging();
  await createSession(url, { id: "secret" });
  const { id } = await send(url, "secret", "Hello");
  await fetch(`${url}/api/sessions/secret?after=secret`);
  await call(url, "PATCH", `/api/sessions/secret/messages/${id}`, { content: "Edited" });
  await call(url, "PUT", "/api/sessions/secret");
  await fetch(`${url}/secret`);
  await fetch(`${url}/docs`);
  await fetch(`${url}/health/live`, { method: "HEAD" });
  await callTrpc(url, "message.add", { input: { session_id: "secret", content: "Hi", sender: "user" } });
  await fetch(`${url}/trpc/session.get?input=${encodeURIComponent('{"session_id":"secret"}')}`);
  await fetch(`${url}/trpc/health,secret,session.list,health,health?batch=1`);
  await fetch(`${url}/trpc/secret`);
  await expect.poll(requests).toHaveLength(12);
  expect(requests().map(({ method, route, status }) => [method, route, status])).toEqual([
    ["POST", "/api/sessions", 200],
    ["POST", "/api/sessions/{session_id}/messages", 200],
    ["GET", "/api/sessions/{session_id}", 200],
    ["PATCH", "/api/sessions/{session_id}/messages/{message_id}", 200],
    ["PUT", "/api/sessions/{session_id}", 405],
    ["GET", undefined, 404],
    ["GET", "/docs", 200],
    ["HEAD", "/health/live", 200],
    ["POST", "/trpc/message.add", 200],
    ["GET", "/trpc/session.get", 200],
    ["GET", "/trpc/health,session.list,health,… (4)", 207],
    ["GET", "/trpc/", 404],
  ]);
  for (const line of requests()) {
    expect(line).toMatchObject({ level: 30, id: expect.stringMatching(/^[0-9a-f]{12}-\w+$/) as string });
    expect(line).toMatchObject({ ms: number, bytes: number, peer: "127.0.0.1" });
    expect(line["bytes"]).toBeGreaterThan(100);
    expect(JSON.stringify(line)).not.toContain("secret");
  }
});

test("an id that a client gives is taken and given back, and one of another form is replaced", async () => {
  const { url, requests } = await startLogging();
  const long = "x".repeat(128);
  for (const [given, taken] of [
    ["req-1", true],
    [long, true],
    ["a.b_C-9", true],
    [`${long}x`, false],
    ["a b", false],
    ["a/b", false],
    ["ö", false],
  ] as const) {
    const answer = await fetch(url, { headers: { "x-request-id": given } });
    const id = answer.headers.get("x-request-id");
    expect(id === given, given).toBe(taken);
    await expect.poll(() => requests().at(-1)?.["id"]).toBe(id);
  }
});

test("every kind of answer has the id: files, refusals, streams, tRPC's, refused upgrades", async () => {
  const { url, wsUrl } = await startLogging();
  await createSession(url, { id: "s" });
  const headers = { "x-request-id": "mine" };
  const input = encodeURIComponent('{"session_id":"s"}');
  for (const path of [
    "/docs",
    "/docs/",
    "/openapi.json",
    "/nothing",
    "/api/sessions/s/events/stream",
    "/api/sessions/s/events",
    "/trpc/health",
    `/trpc/session.onEvent?input=${input}`,
    "/trpc/nothing",
    "/trpc/%",
    "/ws/s",
  ]) {
    const answer = await fetch(url + path, { headers, redirect: "manual" });
    expect(answer.headers.get("x-request-id"), path).toBe("mine");
    await answer.body?.cancel();
  }
  const socket = new WebSocket(`${wsUrl}/ws/nobody`, { headers });
  socket.on("error", () => undefined);
  const [, response] = (await once(socket, "unexpected-response")) as [
    unknown,
    { headers: Record<string, string> },
  ];
  expect(response.headers["x-request-id"]).toBe("mine");
});

test("a failure's answer has the id under which the log has its cause, with method and route", async () => {
  const { url, databaseFile, lines, log } = await startLogging();
  await createSession(url, { id: "s" });
  const other = new Database(databaseFile);
  other.exec("alter table message rename to gone");
  other.close();
  const rest = await call(url, "GET", "/api/sessions/s/messages");
  const body = (await rest.json()) as { request_id: string };
  expect([rest.status, body]).toMatchObject([500, { code: "INTERNAL_SERVER_ERROR" }]);
  expect(body.request_id).toBe(rest.headers.get("x-request-id"));
  const trpc = await fetch(`${url}/trpc/message.list?input=${encodeURIComponent('{"session_id":"s"}')}`);
  const { error } = (await trpc.json()) as { error: { data: { request_id: string } } };
  expect(error.data.request_id).toBe(trpc.headers.get("x-request-id"));
  const failures = log.map((line) => JSON.parse(line) as Line).filter(({ level }) => level === 50);
  expect(failures).toMatchObject([
    { id: body.request_id, method: "GET", route: "/api/sessions/{session_id}/messages", err: {} },
    { id: error.data.request_id, method: "GET", route: "/trpc/message.list" },
  ]);
  expect(lines("request").map(({ status }) => status)).toEqual([200, 500, 500]);
});

test("a socket is a line when it opens and one when it closes, and none a frame", async () => {
  const { url, wsUrl, lines, log } = await startLogging();
  await createSession(url, { id: "s" });
  const chat = await openChat(wsUrl, "s");
  const trpc = new WebSocket(`${wsUrl}/trpc`, { headers: { "x-request-id": "mine" } });
  onTestFinished(() => trpc.terminate());
  await once(trpc, "open");
  await expect.poll(() => lines("socket opened")).toHaveLength(2);
  const before = log.length;
  for (let count = 0; count < 20; count += 1) chat.socket.send('{"content":"Hello","sender":"user"}');
  await chat.frames.count(20);
  expect(log.length).toBe(before);
  trpc.close(4321);
  await call(url, "DELETE", "/api/sessions/s");
  await expect.poll(() => lines("socket closed")).toHaveLength(2);
  expect(lines("socket closed")).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ id: "mine", route: "/trpc", closeCode: 4321 }),
      expect.objectContaining({ route: "/ws/{session_id}", closeCode: 4504, ms: number, bytes: number }),
    ]),
  );
});

/** A closing frame with this code, masked with zeros as a client's has to be masked. */
function closingFrame(code: number): Buffer {
  return Buffer.from([0x88, 0x82, 0, 0, 0, 0, code >> 8, code & 255]);
}

test.each(["/ws/s?events=all", "/trpc"])(
  "the line of a closed socket at %s has the code of the side that closed first",
  async (path) => {
    const { app, url, wsUrl, lines } = await startLogging({ timeouts: { closeTimeoutMs: 50 } });
    await createSession(url, { id: "s" });
    const codes = async (count: number): Promise<unknown> => {
      await expect.poll(() => lines("socket closed")).toHaveLength(count);
      return lines("socket closed").map(({ closeCode }) => closeCode);
    };
    const client = await openRawSocket(wsUrl, path);
    client.socket.write(closingFrame(4321));
    expect(await codes(1)).toEqual([4321]);

    const unmasked = await openRawSocket(wsUrl, path);
    unmasked.socket.end(Buffer.from([0x81, 0]));
    expect(await codes(2)).toEqual([4321, 1002]);

    const gone = await openRawSocket(wsUrl, path);
    gone.socket.destroy();
    expect(await codes(3)).toEqual([4321, 1002, 1006]);

    // The server closes these. One answers with a code of its own, one with none, and one is cut.
    const answering = await openRawSocket(wsUrl, path);
    const leaving = await openRawSocket(wsUrl, path);
    await openRawSocket(wsUrl, path);
    const closed = app.close();
    for (const { frames, socket } of [answering, leaving]) {
      await expect.poll(() => frames.items.map(closeCodeOf)).toContain(1012);
      if (socket === leaving.socket) socket.end();
      else socket.write(closingFrame(4999));
    }
    await closed;
    expect(await codes(6)).toEqual([4321, 1002, 1006, 1012, 1012, 1012]);
  },
);

test("streams and sockets that the stop ends are lines before it is done", async () => {
  const { app, url, wsUrl, lines } = await startLogging();
  await createSession(url, { id: "s" });
  const stream = await fetch(`${url}/api/sessions/s/events/stream`);
  await openChat(wsUrl, "s");
  const trpc = new WebSocket(`${wsUrl}/trpc`);
  await once(trpc, "open");
  await app.close();
  expect(lines("request").map(({ route }) => route)).toContain("/api/sessions/{session_id}/events/stream");
  expect(lines("socket closed").map(({ route }) => route)).toEqual(
    expect.arrayContaining(["/trpc", "/ws/{session_id}"]),
  );
  await expect(stream.text()).resolves.toContain("data:");
});

test("a stream that is alone when the stop ends it is a line before it is done", async () => {
  const { app, url, lines } = await startLogging();
  const stream = await fetch(`${url}/trpc/session.onListEvent?input={}`);
  await app.close();
  expect(lines("request").map(({ route }) => route)).toEqual(["/trpc/session.onListEvent"]);
  await expect(stream.text()).resolves.toContain("data:");
});

test("a socket whose peer takes no part in the closing is a line before the stop is done", async () => {
  const { app, url, wsUrl, lines } = await startLogging({ timeouts: { closeTimeoutMs: 50 } });
  await createSession(url, { id: "s" });
  const silent = new WebSocket(`${wsUrl}/ws/s`);
  await once(silent, "open");
  silent.pause();
  await app.close();
  expect(lines("socket closed").map(({ route }) => route)).toEqual(["/ws/{session_id}"]);
  silent.terminate();
});

test("a refused upgrade is a line with its status", async () => {
  const { url, wsUrl, requests } = await startLogging();
  await createSession(url, { id: "s" });
  for (const [path, origin] of [
    ["/ws/nobody", "http://localhost"],
    ["/ws/s", "http://evil.example"],
    ["/nothing", "http://localhost"],
  ] as const) {
    const socket = new WebSocket(wsUrl + path, { origin });
    await new Promise((refused) => socket.on("error", refused));
  }
  expect(requests().map(({ route, status }) => [route, status])).toEqual([
    ["/api/sessions", 200],
    ["/ws/{session_id}", 404],
    ["/ws/{session_id}", 403],
    [undefined, 404],
  ]);
});

test("what is no request is a line too, and its answer has an id", async () => {
  const { url, requests } = await startLogging();
  const close = "Connection: close\r\n\r\n";
  for (const [bytes, status] of [
    ["\0\x01\r\n\r\n", 400],
    [`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n${close}`, 413],
    [`CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n${close}`, 405],
  ] as const) {
    const answer = await sendRaw(url, bytes);
    expect(answer.status).toBe(status);
    await expect.poll(() => requests().at(-1)).toMatchObject({ status, peer: "127.0.0.1" });
    expect(requests().at(-1)?.["id"]).toBe(answer.headers["x-request-id"]);
  }
});

test("each of several requests in one write is a line with its own bytes", async () => {
  const { url, requests } = await startLogging();
  const get = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n";
  await sendRaw(url, `${get}\r\n${get}\r\n${get}Connection: close\r\n\r\n`);
  await expect.poll(requests).toHaveLength(3);
  const sizes = requests().map(({ bytes }) => Number(bytes));
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(50);
});

test("an opened socket is answered with the request's id", async () => {
  const { url, wsUrl } = await startLogging();
  await createSession(url, { id: "s" });
  for (const path of ["/ws/s", "/trpc"]) {
    const socket = new WebSocket(wsUrl + path, { headers: { "x-request-id": "mine" } });
    const [response] = (await once(socket, "upgrade")) as [{ headers: Record<string, string> }];
    expect(response.headers["x-request-id"], path).toBe("mine");
    socket.terminate();
  }
});

test("a request whose client leaves before the answer is a line with 499", async () => {
  const { url, app, requests } = await startLogging();
  await createSession(url, { id: "s" });
  const stop = new AbortController();
  const waiting = fetch(`${url}/api/sessions/s/events?after=0&wait=30`, { signal: stop.signal });
  await expect.poll(() => app.counts().followers).toBe(1);
  stop.abort();
  await expect(waiting).rejects.toThrow("abort");
  await expect.poll(() => requests().at(-1)).toMatchObject({ status: 499, peer: "127.0.0.1" });
});

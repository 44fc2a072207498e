import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { sendRaw } from "../support/raw-request.ts";
import { createSession, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const path = "/api/sessions/s/messages";
const json = "Content-Type: application/json\r\n";
const close = "Connection: close\r\n";
const good = '{"content":"Hello","sender":"user"}';

function post(headers: string, body: string | Buffer, target = path): Buffer {
  return Buffer.concat([
    Buffer.from(`POST ${target} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`),
    Buffer.from(body),
  ]);
}

/** Sends these bytes and resets the connection once they are out. */
async function sendAndReset(url: string, bytes: Buffer): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  await new Promise<void>((resolve) => {
    socket.write(bytes, () => resolve());
  });
  socket.resetAndDestroy();
  await once(socket, "close");
}

describe("a body that is broken on the wire is refused by name, stores nothing, and the next one is stored", () => {
  const length = `Content-Length: ${good.length}\r\n`;
  const chunked = "Transfer-Encoding: chunked\r\n";
  const chunk = `${good.length.toString(16)}\r\n${good}\r\n0\r\n\r\n`;
  test.each<[string, Buffer, number, string]>([
    ["a length that is no number", post(`${json}${close}Content-Length: x\r\n`, good), 400, "BAD_REQUEST"],
    ["a negative length", post(`${json}${close}Content-Length: -1\r\n`, good), 400, "BAD_REQUEST"],
    ["two lengths", post(`${json}${close}${length}Content-Length: 5\r\n`, good), 400, "BAD_REQUEST"],
    ["a length and chunks", post(`${json}${close}${length}${chunked}`, chunk), 400, "BAD_REQUEST"],
    ["a chunk without a size", post(`${json}${close}${chunked}`, "zz\r\n"), 400, "BAD_REQUEST"],
    [
      "a chunk size beyond all",
      post(`${json}${close}${chunked}`, `${"f".repeat(20)}\r\n`),
      400,
      "BAD_REQUEST",
    ],
    [
      "an unknown transfer encoding",
      post(`${json}${close}Transfer-Encoding: gzip\r\n`, good),
      400,
      "BAD_REQUEST",
    ],
    ["no body at all", post(json + close, ""), 400, "BAD_REQUEST"],
    ["an empty chunked body", post(`${json}${close}${chunked}`, "0\r\n\r\n"), 400, "BAD_REQUEST"],
    ["a body of blanks", post(`${json}${close}Content-Length: 3\r\n`, " \r\n"), 400, "BAD_REQUEST"],
    [
      "JSON in UTF-16",
      post(`${json}${close}Content-Length: ${2 * good.length}\r\n`, Buffer.from(good, "utf16le")),
      400,
      "BAD_REQUEST",
    ],
    [
      "a surrogate in CESU-8",
      post(`${json}${close}Content-Length: 5\r\n`, Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])),
      400,
      "BAD_REQUEST",
    ],
    [
      "an overlong form",
      post(`${json}${close}Content-Length: 4\r\n`, Buffer.from([0x22, 0xc0, 0x80, 0x22])),
      400,
      "BAD_REQUEST",
    ],
    [
      "a body that is cut in the middle of a character",
      post(`${json}${close}Content-Length: 3\r\n`, Buffer.from([0x22, 0xe6, 0x97])),
      400,
      "BAD_REQUEST",
    ],
    [
      "an announced 70 MB that never come",
      post(`${json}${close}Content-Length: 70000000\r\n`, "{}"),
      413,
      "PAYLOAD_TOO_LARGE",
    ],
    [
      "a length beyond all numbers",
      post(`${json}${close}Content-Length: ${"9".repeat(18)}\r\n`, "{}"),
      413,
      "PAYLOAD_TOO_LARGE",
    ],
    ["no media type", post(close + length, good), 415, "UNSUPPORTED_MEDIA_TYPE"],
    [
      "a media type that is empty",
      post(`Content-Type:\r\n${close}${length}`, good),
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    [
      "a media type that begins like JSON",
      post(`Content-Type: application/jsonx\r\n${close}${length}`, good),
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    [
      "an Idempotency-Key twice",
      post(`${json}${close}${length}Idempotency-Key: a\r\nIdempotency-Key: b\r\n`, good),
      400,
      "BAD_REQUEST",
    ],
    [
      "an Idempotency-Key that is not UTF-8",
      Buffer.from(post(`${json}${close}${length}Idempotency-Key: \xff\r\n`, good).toString(), "latin1"),
      400,
      "BAD_REQUEST",
    ],
    [
      "a query that says a name twice",
      post(json + close + length, good, `${path}?a=1&a=2`),
      400,
      "BAD_REQUEST",
    ],
    ["a query that is no UTF-8", post(json + close + length, good, `${path}?a=%ff`), 400, "BAD_REQUEST"],
  ])("%s", async (_name, bytes, status, code) => {
    const { url } = await startApp();
    await createSession(url, { id: "s" });
    const answer = await sendRaw(url, bytes);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ code, message: expect.stringMatching(/\w/) as string });
    expect((await readSession(url, "s")).messages).toEqual([]);
    expect((await send(url, "s", "next")).id).toBe(1);
  });
});

test("a client that goes away in the middle of its request stores nothing and is no failure of the server", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const whole = post(`${json}Content-Length: ${good.length}\r\n`, good);
  const large = post(`${json}Content-Length: 600000\r\n`, "x".repeat(300_000));
  const tooLarge = post(`${json}Content-Length: 30000000\r\n`, "x".repeat(1_000_000));
  const trpc = post(`${json}Content-Length: 600000\r\n`, "{", "/trpc/message.add");
  const chunked = post(`${json}Transfer-Encoding: chunked\r\n`, "5\r\n{");
  for (const bytes of [whole.subarray(0, 20), whole.subarray(0, -5), large, tooLarge, trpc, chunked]) {
    await sendAndReset(url, bytes);
  }
  expect((await readSession(url, "s")).messages).toEqual([]);
  expect((await send(url, "s", "next")).id).toBe(1);
});

test("a connection on which a body was refused takes the next request", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const bad = post(`${json}Content-Length: 2000000\r\n`, "x".repeat(2_000_000));
  const next = post(`${json}${close}Content-Length: ${good.length}\r\n`, good);
  const { status, body } = await sendRaw(url, Buffer.concat([bad, next]));
  expect(status).toBe(413);
  expect(body).toContain("HTTP/1.1 200 OK");
  expect((await readSession(url, "s")).messages).toMatchObject([{ content: "Hello" }]);
});

test("a byte order mark before the JSON is let pass", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const body = `\ufeff${good}`;
  const answer = await sendRaw(
    url,
    post(`${json}${close}Content-Length: ${Buffer.byteLength(body)}\r\n`, body),
  );
  expect(answer.status).toBe(200);
});

test("JSON that is nested deeper than any stack is refused, also where nobody would read it [LIMIT-8]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const deep = "[".repeat(300_000) + "]".repeat(300_000);
  for (const body of [
    deep,
    "[".repeat(600_000),
    `{"content":${deep},"sender":"user"}`,
    `{"content":"Hello","sender":"user","x":${deep}}`,
  ]) {
    for (const target of [path, "/trpc/message.add"]) {
      const text = target === path ? body : body.replace("{", '{"session_id":"s",');
      const headers = { "content-type": "application/json" };
      const answer = await fetch(url + target, { method: "POST", headers, body: text });
      expect.soft(answer.status, `${target} ${text.slice(0, 30)}`).toBe(400);
    }
  }
});

test("a GET and a DELETE take no body, and one that comes does no harm", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (const [method, status] of [
    ["GET", 200],
    ["DELETE", 204],
  ] as const) {
    const head = `${method} /api/sessions/s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n`;
    const next = `GET / HTTP/1.1\r\nHost: localhost\r\n${close}\r\n`;
    const answer = await sendRaw(url, head + "x".repeat(1_000_000) + next);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain("AI Desk");
  }
});

test("bytes that are no HTTP after a good request are never answered in the place of its answer", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  await send(url, "s", "x".repeat(100_000));
  const get = "GET /api/sessions/s HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const { status, body } = await sendRaw(url, `${get}\0\x01garbage\r\n\r\n`);
  expect(`${status}${body}`).not.toContain("400");
  const length = `Content-Length: ${good.length}\r\n`;
  expect((await sendRaw(url, Buffer.concat([post(json + length, good), Buffer.from("\0")]))).status).not.toBe(
    400,
  );
  expect((await fetch(url)).status).toBe(200);
});

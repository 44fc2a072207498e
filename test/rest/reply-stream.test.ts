import { once } from "node:events";
import type { ClientRequest, IncomingMessage } from "node:http";
import { request } from "node:http";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { openReply } from "../support/replies.ts";
import { createSession, readSession } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { startApp } from "../support/start-app.ts";

async function startWithReply(options: Parameters<typeof startApp>[0] = {}): Promise<string> {
  const { url } = await startApp(options);
  await createSession(url, { id: "s" });
  await openReply(url, "r", { writer: "" });
  return url;
}

/** Begins a request whose body is the reply's text. */
function stream(url: string, query = "", headers: Record<string, string> = {}): ClientRequest {
  const sent = request(`${url}/api/sessions/s/messages/key:r/stream${query}`, {
    method: "PUT",
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
  sent.flushHeaders();
  return sent;
}

async function answerOf(sent: ClientRequest): Promise<Record<string, unknown>> {
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = JSON.parse(await text(response)) as Record<string, unknown>;
  return { httpStatus: response.statusCode, ...body };
}

async function put(url: string, body: string | Buffer, query = ""): Promise<Record<string, unknown>> {
  const sent = stream(url, query);
  sent.end(body);
  return answerOf(sent);
}

/** Resolves when the reply has this text and this status. */
async function expectStored(url: string, content: string, status: string | undefined): Promise<void> {
  await expect
    .poll(async () => {
      const [message] = (await readSession(url, "s")).messages;
      return [message?.content, message?.status];
    })
    .toEqual([content, status]);
}

test("each piece of the body is stored as it arrives, and its end finishes the reply [REPLY-10]", async () => {
  const url = await startWithReply();
  const sent = stream(url);
  sent.write("Hello");
  await expectStored(url, "Hello", "streaming");
  const wave = Buffer.from(" 👋");
  sent.write(wave.subarray(0, 3));
  await expectStored(url, "Hello ", "streaming");
  sent.write(wave.subarray(3));
  await expectStored(url, "Hello 👋", "streaming");
  sent.end("!");
  expect(await answerOf(sent)).toMatchObject({ httpStatus: 200, content: "Hello 👋!", key: "r" });
  await expectStored(url, "Hello 👋!", undefined);
});

test("a connection that breaks leaves the reply open, and a repeat skips what stands there [REPLY-10]", async () => {
  const url = await startWithReply();
  const broken = stream(url);
  broken.on("error", () => undefined);
  broken.write("Hello");
  await expectStored(url, "Hello", "streaming");
  broken.destroy();
  expect(await put(url, "Hello there")).toMatchObject({ httpStatus: 200, content: "Hello there" });
});

test("`offset` says where the text goes on; a gap and other text are refused [REPLY-10]", async () => {
  const url = await startWithReply();
  const broken = stream(url);
  broken.on("error", () => undefined);
  broken.write("Hello");
  await expectStored(url, "Hello", "streaming");
  broken.destroy();
  const refused = { httpStatus: 409, code: "CONFLICT", length: 5, status: "streaming" };
  expect(await put(url, "x", "?offset=9")).toMatchObject(refused);
  expect(await put(url, "Hallo")).toMatchObject(refused);
  expect(await put(url, "x", "?writer=another&offset=5")).toMatchObject(refused);
  expect(await put(url, " there", "?offset=5")).toMatchObject({ httpStatus: 200, content: "Hello there" });
});

test("a repeat of a stream that has finished the reply gets the same answer, and other text is refused [REPLY-10] [REPLY-6]", async () => {
  const url = await startWithReply();
  const first = await put(url, "Hello there");
  expect(first).toMatchObject({ httpStatus: 200, content: "Hello there" });
  expect(await put(url, "Hello there")).toEqual(first);
  expect(await put(url, "there", "?offset=6")).toEqual(first);
  const refused = { httpStatus: 409, code: "CONFLICT", length: 11, status: "complete" };
  expect(await put(url, "Hello there!")).toMatchObject(refused);
  expect(await put(url, "Hallo there")).toMatchObject(refused);
  expect(await put(url, "Hello there", "?writer=another")).toMatchObject(refused);
  await expectStored(url, "Hello there", undefined);
});

test("an open connection holds the lease of its reply, though it sends nothing [REPLY-10] [REPLY-9]", async () => {
  const url = await startWithReply({ timeouts: { replyLeaseMs: 400 } });
  const sent = stream(url);
  sent.write("Hello");
  await expectStored(url, "Hello", "streaming");
  await openReply(url, "abandoned");
  await expect
    .poll(async () => (await readSession(url, "s")).messages[1]?.status, { timeout: 10_000 })
    .toBe("interrupted");
  await expectStored(url, "Hello", "streaming");
  sent.end();
  expect(await answerOf(sent)).toMatchObject({ httpStatus: 200, content: "Hello" });
});

test("a writer that sends nothing is told that its reply was stopped [REPLY-10] [REPLY-6]", async () => {
  const url = await startWithReply({ timeouts: { replyLeaseMs: 400 } });
  const sent = stream(url);
  sent.write("Hello");
  await expectStored(url, "Hello", "streaming");
  await fetch(`${url}/api/sessions/s/messages/key:r/stop`, { method: "POST" });
  expect(await answerOf(sent)).toMatchObject({ httpStatus: 409, length: 5, status: "stopped" });
  sent.destroy();
});

test.each([
  ["bytes that are not UTF-8", Buffer.from([0x48, 0xff]), 400],
  ["a character that is cut at the end", Buffer.from([0xf0, 0x9f]), 400],
  ["NUL", "a\0b", 400],
])("a body with %s is refused", async (_, body, status) => {
  const url = await startWithReply();
  expect(await put(url, body)).toMatchObject({ httpStatus: status, code: "BAD_REQUEST" });
});

test.each([
  ["bytes that are not UTF-8", Buffer.from([0x48, 0xff])],
  ["NUL", "a\0b"],
])("%s in the middle of a body are refused at once, and the server goes on [LIMIT-7]", async (_, piece) => {
  const { url } = await startServer();
  await createSession(url, { id: "s" });
  await openReply(url, "r", { writer: "" });
  const sent = stream(url);
  sent.on("error", () => undefined);
  sent.write(piece);
  expect(await answerOf(sent)).toMatchObject({ httpStatus: 400, code: "BAD_REQUEST" });
  sent.destroy();
  expect(await put(url, "Hello")).toMatchObject({ httpStatus: 200, content: "Hello" });
});

test("a client that reads after it has written a whole body learns that the body was refused in its middle [REPLY-7]", async () => {
  const url = await startWithReply({ maxMessageChars: 10 });
  const sent = stream(url, "", { "content-length": "16000000" });
  sent.write("12345678");
  await expectStored(url, "12345678", "streaming");
  const socket = sent.socket as Socket;
  socket.pause();
  const written = once(sent, "finish");
  sent.end(Buffer.alloc(15_999_992, "x"));
  await written;
  const answered = answerOf(sent);
  socket.resume();
  expect(await answered).toMatchObject({ httpStatus: 413 });
});

test.each([
  ["application/json", "identity"],
  ["text/plain; charset=iso-8859-1", "identity"],
  ["text/plain", "gzip"],
])("a body of the type %s, coded as %s, is refused", async (type, encoding) => {
  const url = await startWithReply();
  const sent = stream(url, "", { "content-type": type, "content-encoding": encoding });
  sent.end("Hello");
  expect(await answerOf(sent)).toMatchObject({ httpStatus: 415 });
});

test("a reply that is too long has failed with the text before [REPLY-7] [REPLY-10]", async () => {
  const url = await startWithReply({ maxMessageChars: 10 });
  const sent = stream(url);
  sent.write("12345678");
  await expectStored(url, "12345678", "streaming");
  sent.write("901");
  expect(await answerOf(sent)).toMatchObject({ httpStatus: 413 });
  sent.destroy();
  await expectStored(url, "12345678", "failed");
});

test("a connection that breaks after the whole body is no failure of the server [REPLY-10]", async () => {
  const url = await startWithReply();
  const { port } = new URL(url);
  for (let breaks = 0; breaks < 50; breaks += 1) {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    const path = "/api/sessions/s/messages/key:r/stream";
    const head = `PUT ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 1\r\n\r\n`;
    socket.write(`${head}x`, () => setImmediate(() => socket.resetAndDestroy()));
    await once(socket, "close");
  }
  // A server that had logged a failure would fail the test at its end.
  expect((await fetch(`${url}/api/sessions/s`)).status).toBe(200);
});

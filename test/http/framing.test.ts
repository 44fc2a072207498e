import { describe, expect, onTestFinished, test, vi } from "vitest";
import { connect } from "node:net";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setImmediate as nextTurn } from "node:timers/promises";
import { bodyTimeoutMs } from "../../server/http/read-body.ts";
import { sendRaw } from "../support/raw-request.ts";
import { createSession, readSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const host = "Host: localhost\r\n";
const json = `${host}Content-Type: application/json\r\n`;
const content = '{"content":"héllo","sender":"user"}';
const rest = "/api/sessions/s/messages";

/** The same send at both doors. */
const doors: [string, string, string][] = [
  ["REST", rest, content],
  ["tRPC", "/trpc/message.add", content.replace("{", '{"session_id":"s",')],
];

describe.each(doors)("over %s", (_door, path, body) => {
  const post = (length: number, sent: string): string =>
    `POST ${path} HTTP/1.1\r\n${json}Content-Length: ${length}\r\n\r\n${sent}`;

  test("a Content-Length that counts characters is told so, whatever comes after [HTTP-1]", async () => {
    const { url } = await startApp();
    await createSession(url, { id: "s" });
    for (const after of ["", "\r\n", "more of the same"]) {
      const answer = await sendRaw(url, post(body.length, body + after));
      expect(answer).toMatchObject({ status: 400, headers: { connection: "close" } });
      expect(answer.body).toContain("Content-Length counts bytes");
    }
    // The length ends in the middle of a character.
    const cut = await sendRaw(url, post(body.indexOf("é") + 1, body));
    expect([cut.status, cut.body]).toEqual([400, expect.stringContaining("counts bytes") as string]);
    expect((await readSession(url, "s")).messages).toEqual([]);
  });

  test("a body that is shorter than announced is told so when its time is up [HTTP-3]", async () => {
    const { url } = await startApp();
    await createSession(url, { id: "s" });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const answer = sendRaw(url, post(body.length + 9, body));
    while (await Promise.race([nextTurn(true), answer.then(() => false)])) {
      await vi.advanceTimersByTimeAsync(bodyTimeoutMs);
    }
    const { status, headers, body: refusal } = await answer;
    expect([status, headers["connection"], refusal]).toEqual([
      408,
      "close",
      expect.stringMatching(/TIMEOUT/) as string,
    ]);
    expect(refusal).toMatch(/bytes of the \d+ that were announced/);
  });
});

test("a good request is answered whole when what follows it is junk, and the connection ends [HTTP-1]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const good = '{"content":"Hello","sender":"user"}';
  const post = `POST ${rest} HTTP/1.1\r\n${json}Content-Length: ${good.length}\r\n\r\n${good}`;
  const get = `GET /api/sessions/s HTTP/1.1\r\n${host}\r\n`;
  for (const junk of ["\0", "}", '{"a":1}', "GET", "x".repeat(100_000)]) {
    const answers = await sendRaw(url, `${post}${get}${junk}`.replace(/GET$/, "GET / x\r\n\r\n"));
    expect(answers).toMatchObject({ status: 200 });
    expect(answers.body).toContain("HTTP/1.1 200 OK");
    expect(answers.body).not.toContain("HTTP/1.1 400");
  }
  expect((await readSession(url, "s")).messages).toHaveLength(5);
});

test("junk after a request for a stream or a poll does not end what was asked for [HTTP-1]", async () => {
  const { url, app } = await startApp();
  await createSession(url, { id: "s" });
  const poll = sendRaw(url, `GET /api/sessions/s/events?after=0&wait=1 HTTP/1.1\r\n${host}\r\n}`);
  expect(await poll).toMatchObject({ status: 200, headers: { connection: "close" } });
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(`GET /api/sessions/s/events/stream HTTP/1.1\r\n${host}\r\n}`);
  const [head] = (await once(socket, "data")) as [Buffer];
  expect(head.toString()).toContain("200 OK");
  expect(app.counts().followers).toBe(1);
  socket.destroy();
  await expect.poll(() => app.counts().followers).toBe(0);
});

test.each(["gzip, chunked", "identity, chunked", "chunked, chunked", "deflate,chunked"])(
  "a body in the transfer coding %s is refused, since its end is a guess [HTTP-2]",
  async (coding) => {
    const { url } = await startApp();
    await createSession(url, { id: "s" });
    for (const [, path, body] of doors) {
      const chunk = `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
      const head = `POST ${path} HTTP/1.1\r\n${json}Connection: close\r\nTransfer-Encoding: ${coding}\r\n\r\n`;
      expect((await sendRaw(url, head + chunk)).status).toBe(400);
    }
    expect((await readSession(url, "s")).messages).toEqual([]);
  },
);

test("a connection ends after a body whose end is a guess, and the bytes after it are no request [HTTP-2]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (const [, path, body] of doors) {
    const chunk = `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const next = `POST ${path} HTTP/1.1\r\n${json}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    for (const [line, coding, status] of [
      [`POST ${path} HTTP/1.1`, "gzip, chunked", 400],
      [`GET ${path} HTTP/1.1`, "identity, chunked", 400],
      [`POST /nothing HTTP/1.0\r\nConnection: keep-alive`, "chunked", 404],
    ] as const) {
      const first = `${line}\r\n${json}Transfer-Encoding: ${coding}\r\n\r\n${chunk}`;
      const answer = await sendRaw(url, first + next);
      expect(answer).toMatchObject({ status, headers: { connection: "close" } });
      expect(answer.body).not.toContain("HTTP/1.1");
    }
  }
  expect((await readSession(url, "s")).messages).toEqual([]);
});

test("headers that drip in are 408 when their time is up, and a connection that is held ready is not [HTTP-3]", async () => {
  const { url } = await startApp({ timeouts: { headersMs: 200 } });
  const { hostname, port } = new URL(url);
  const ready = connect(Number(port), hostname);
  onTestFinished(() => void ready.destroy());
  await once(ready, "connect");
  for (const begun of [
    "G",
    "GET / HTTP/1.1\r\nHost: local",
    `GET /trpc HTTP/1.1\r\n${host}Upgrade: websocket\r\n`,
  ]) {
    const answer = await sendRaw(url, begun);
    expect(answer).toMatchObject({ status: 408, headers: { "content-type": "application/json" } });
    expect(JSON.parse(answer.body)).toMatchObject({ code: "TIMEOUT" });
  }
  // Those waited for longer than the time for headers.
  ready.write(`GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
  expect(await text(ready)).toMatch(/^HTTP\/1\.1 200 /);
});

test("a second request whose headers do not come ends the connection after the first one's answer [HTTP-3]", async () => {
  const { url } = await startApp({ timeouts: { headersMs: 200 } });
  await createSession(url, { id: "s" });
  const answer = await sendRaw(
    url,
    `GET /api/sessions/s/events?after=0&wait=1 HTTP/1.1\r\n${host}\r\nGET / HTTP/1.1\r\nHost`,
  );
  expect(answer).toMatchObject({ status: 200, body: expect.stringMatching(/"events":\[\]/) as string });
});

const toBeRefused: [string, string, number][] = [
  ["a body that is too large", `POST ${rest} HTTP/1.1\r\n${json}Content-Length: 9000000\r\n`, 413],
  [
    "a body of another type",
    `POST ${rest} HTTP/1.1\r\n${host}Content-Type: text/plain\r\nContent-Length: 5\r\n`,
    415,
  ],
  ["another method", `PUT ${rest} HTTP/1.1\r\n${json}Content-Length: 5\r\n`, 405],
  ["nothing at that address", `POST /nothing HTTP/1.1\r\n${json}Content-Length: 5\r\n`, 404],
  [
    "another host",
    `POST ${rest} HTTP/1.1\r\n${json.replace("localhost", "x.example")}Content-Length: 5\r\n`,
    421,
  ],
  [
    "a page of another site",
    `POST ${rest} HTTP/1.1\r\n${json}Origin: https://evil.example\r\nContent-Length: 5\r\n`,
    403,
  ],
  [
    "a tRPC body that is too large",
    `POST /trpc/message.add HTTP/1.1\r\n${json}Content-Length: 9000000\r\n`,
    413,
  ],
  [
    "a tRPC body of another type",
    `POST /trpc/message.add HTTP/1.1\r\n${host}Content-Type: text/plain\r\nContent-Length: 5\r\n`,
    415,
  ],
];

test.each(toBeRefused)(
  "a client that waits for 100 Continue with %s gets the refusal at once, and no 100 [HTTP-4]",
  async (_name, head, status) => {
    const { url } = await startApp();
    // It sends no body, and reads until the connection ends.
    expect(await sendRaw(url, `${head}Expect: 100-continue\r\n\r\n`)).toMatchObject({
      status,
      headers: { connection: "close" },
    });
  },
);

test("a client that waits for 100 Continue with a good request gets it, and then the answer [HTTP-4]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (const [, path, body] of doors) {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const length = `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n`;
    socket.write(`POST ${path} HTTP/1.1\r\n${json}${length}Expect: 100-Continue\r\n\r\n`);
    const [go] = (await once(socket, "data")) as [Buffer];
    expect(go.toString()).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    socket.write(body);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
  }
  expect((await readSession(url, "s")).messages).toHaveLength(2);
});

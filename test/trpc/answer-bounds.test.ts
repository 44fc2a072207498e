import { expect, test } from "vitest";
import type { Session } from "../../client-sdk/src/index.ts";
import { call, createSession, documented, readSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";
import type { Envelope } from "../support/trpc-wire.ts";
import { callTrpc, openTrpcSocket } from "../support/trpc-wire.ts";

/** Each control character is 6 bytes of JSON. */
const content = "\u0001".repeat(1000);
const maxAnswerBytes = 100_000;
const tooLarge = { code: "PAYLOAD_TOO_LARGE", httpStatus: 413 };

/** A session of 120 kB as JSON, of which no count says that it is large, and a small one. */
async function startWithLarge(): Promise<RunningApp> {
  const app = await startApp({ maxMessageChars: 1000, bounds: { maxAnswerBytes } });
  for (const id of ["large", "small"]) await createSession(app.url, { id });
  for (let index = 0; index < 20; index += 1) await send(app.url, "large", content);
  return app;
}

async function askBatch(
  url: string,
  calls: [path: string, input: object][],
  headers: Record<string, string> = {},
): Promise<Response> {
  const input = JSON.stringify(Object.fromEntries(calls.map(([, each], index) => [index, each])));
  const paths = calls.map(([path]) => path).join(",");
  return fetch(`${url}/trpc/${paths}?batch=1&input=${encodeURIComponent(input)}`, { headers });
}

const large = { session_id: "large" };

test.each<[string, object, string]>([
  ["session.get", large, "message.list"],
  ["session.list", { messages: "all" }, 'messages: "none"'],
  ["message.list", { ...large, limit: 20 }, "limit"],
])(
  "%s beyond MAX_ANSWER_BYTES is 413 and names what pages instead [LIMIT-3]",
  async (path, input, advice) => {
    const { url, wsUrl } = await startWithLarge();
    const { status, body } = await callTrpc(url, path, { input, query: true });
    expect([status, body.error?.data]).toMatchObject([413, tooLarge]);
    expect(body.error?.message).toContain(advice);
    const { call: callSocket, socket } = await openTrpcSocket(wsUrl);
    expect(await callSocket("query", path, input)).toMatchObject({ error: { data: tooLarge } });
    expect((await callSocket("query", "session.get", { session_id: "small" })).error).toBeUndefined();
    socket.close();
    const pages = await callTrpc(url, "message.list", { input: { ...large, limit: 5 }, query: true });
    expect(pages.status).toBe(200);
  },
);

test("the calls of a batch share MAX_ANSWER_BYTES, and those that fit are answered [LIMIT-3]", async () => {
  const { url } = await startWithLarge();
  const page: [string, object] = ["message.list", { ...large, limit: 12 }];
  const small: [string, object] = ["session.get", { session_id: "small" }];
  const response = await askBatch(url, [small, page, page, ["session.get", large], small, ["health", {}]]);
  expect(response.status).toBe(207);
  const answers = (await response.json()) as Envelope[];
  expect(answers.map(({ error }) => error?.data.code)).toEqual([
    undefined,
    undefined,
    "PAYLOAD_TOO_LARGE",
    "PAYLOAD_TOO_LARGE",
    undefined,
    undefined,
  ]);
});

test("what was read for refused answers is bounded too, however many calls a batch has [LIMIT-3]", async () => {
  const { url } = await startWithLarge();
  const small: [string, object] = ["session.get", { session_id: "small" }];
  const calls = Array.from({ length: 99 }, (): [string, object] => ["session.get", large]);
  const answers = (await (await askBatch(url, [...calls, small])).json()) as Envelope[];
  expect(new Set(answers.map(({ error }) => error?.data.code))).toEqual(new Set(["PAYLOAD_TOO_LARGE"]));
});

test("a batch that is streamed line by line has the same bound [LIMIT-3]", async () => {
  const { url } = await startWithLarge();
  const calls = Array.from({ length: 3 }, (): [string, object] => ["session.get", large]);
  const response = await askBatch(url, calls, { "trpc-accept": "application/jsonl" });
  const text = await response.text();
  expect(text.length).toBeLessThan(maxAnswerBytes);
  expect(text.match(/PAYLOAD_TOO_LARGE/g)).toHaveLength(3);
});

test("a rename of a session of any size is answered, since it is stored by then [LIMIT-4]", async () => {
  const { url, wsUrl } = await startWithLarge();
  const rest = await call(url, "PATCH", "/api/sessions/large", { title: "Over REST" });
  const { messages, ...head } = (await rest.json()) as Session;
  expect({ ...head, messages: messages.map(documented) }).toEqual(await readSession(url, "large"));
  const http = await callTrpc(url, "session.update", { input: { ...large, title: "Over HTTP" } });
  expect(http).toMatchObject({ status: 200, body: { result: { data: { title: "Over HTTP" } } } });
  const { call: callSocket, socket } = await openTrpcSocket(wsUrl);
  const answer = await callSocket("mutation", "session.update", { ...large, title: "Over a socket" });
  expect(answer).toMatchObject({ result: { data: { title: "Over a socket" } } });
  socket.close();
});

test("one message is always answered, whatever MAX_ANSWER_BYTES is [LIMIT-3]", async () => {
  const { url } = await startApp({ maxMessageChars: 20_000, bounds: { maxAnswerBytes: 1 } });
  await createSession(url, { id: "s" });
  const longest = "\u0001".repeat(20_000);
  await send(url, "s", longest);
  const { body } = await callTrpc(url, "message.list", { input: { session_id: "s" }, query: true });
  expect(body.result?.data).toMatchObject({ items: [{ content: longest }] });
});

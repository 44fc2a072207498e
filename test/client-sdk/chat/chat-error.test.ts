import { expect, test } from "vitest";
import type { ChatError } from "../../../client-sdk/src/chat/chat-error.ts";
import { ChatFailure } from "../../../client-sdk/src/chat/chat-error.ts";
import { toChatError } from "../../../client-sdk/src/chat/to-chat-error.ts";
import { checkedFetch } from "../../../client-sdk/src/chat/checked-fetch.ts";
import type { Client } from "../../../client-sdk/src/index.ts";
import { createClient } from "../../../client-sdk/src/index.ts";
import { freePort } from "../../support/free-port.ts";
import { startOtherServer } from "../../support/other-server.ts";
import { startApp } from "../../support/start-app.ts";

const clientOf = (url: string): Client => createClient({ url, fetch: checkedFetch(fetch) });

async function errorOf(call: Promise<unknown>): Promise<ChatError & Error> {
  const outcome = await call.then(
    () => undefined,
    (cause: unknown) => toChatError(cause),
  );
  if (!outcome) throw new Error("The call did not fail.");
  return outcome;
}

test("a refusal of the server has its code, its sentence and its issues [ERROR-1]", async () => {
  const { url } = await startApp();
  const client = clientOf(url);
  expect(await errorOf(client.session.get.query({ session_id: "nobody" }))).toMatchObject({
    kind: "refused",
    code: "NOT_FOUND",
    message: 'There is no session "nobody".',
    retryable: false,
  });
  const bad = await errorOf(client.message.add.mutate({ session_id: "s", content: "", sender: "user" }));
  expect(bad).toMatchObject({
    kind: "refused",
    code: "BAD_REQUEST",
    issues: [{ path: ["content"], message: "must not be empty" }],
  });
});

test("a refusal that passes says so, and how long to wait [ERROR-1]", async () => {
  const shape = { message: "Too many.", code: -32_029, data: { code: "TOO_MANY_REQUESTS", httpStatus: 429 } };
  const url = await startOtherServer((_, response) => {
    response.writeHead(429, { "content-type": "application/json", "retry-after": "7" });
    response.end(JSON.stringify([{ error: shape }]));
  });
  expect(await errorOf(clientOf(url).health.query())).toMatchObject({
    kind: "refused",
    code: "TOO_MANY_REQUESTS",
    retryable: true,
    retryAfterMs: 7000,
  });
});

test.each([
  [502, "text/html; charset=utf-8", "text/html", true],
  [503, "text/plain", "text/plain", true],
  [404, "text/html", "text/html", false],
  [200, "text/html", "text/html", false],
  [500, "application/json", "application/json", true],
  [403, "application/json", "application/json", false],
])("an answer of a proxy (%i with %s) is foreign", async (status, type, mediaType, retryable) => {
  const url = await startOtherServer((_, response) => {
    response.writeHead(status, { "content-type": type, "retry-after": "3" });
    response.end(mediaType === "text/html" ? "<html>" : '{"message":"Forbidden"}');
  });
  const error = await errorOf(clientOf(url).health.query());
  expect(error).toMatchObject({ kind: "foreign", status, mediaType, retryable });
  expect(error.message).toMatch(`answered ${status} with ${mediaType}, which is not AI Desk's.`);
  expect(error.retryAfterMs).toBe(retryable ? 3000 : undefined);
});

test("a server that is not there is unreachable, for the typed client and for fetch", async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const expected = { kind: "unreachable", retryable: true };
  expect(await errorOf(clientOf(url).health.query())).toMatchObject(expected);
  expect(await errorOf(fetch(url))).toMatchObject(expected);
});

test("what its caller ended is aborted, for the typed client and for fetch [ERROR-1]", async () => {
  const url = await startOtherServer(() => undefined);
  const expected = { kind: "aborted", retryable: false };
  const stop = new AbortController();
  const calls = [clientOf(url).health.query(undefined, { signal: stop.signal }), fetch(url, stop)];
  const errors = Promise.all(calls.map(errorOf));
  stop.abort();
  expect(await errors).toMatchObject([expected, expected]);
});

test("an error that is one already stays the same, and can be thrown and caught", () => {
  const error = new ChatFailure({ kind: "aborted", message: "Stopped.", retryable: false });
  expect(toChatError(error)).toBe(error);
  expect(error).toBeInstanceOf(Error);
  expect([error.message, error.kind]).toEqual(["Stopped.", "aborted"]);
});

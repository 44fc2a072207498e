import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { boundFetch } from "../../../client-sdk/src/chat/bounded-fetch.ts";
import { aborted } from "../../../client-sdk/src/chat/chat-error.ts";
import { toChatError } from "../../../client-sdk/src/chat/to-chat-error.ts";
import { checkedFetch } from "../../../client-sdk/src/chat/checked-fetch.ts";
import type { LineStatus } from "../../../client-sdk/src/chat/line.ts";
import { startOtherServer } from "../../support/other-server.ts";

/** A server that answers nothing, or only the head and the first bytes of an answer. */
async function startSilent(first?: string): Promise<{ url: string; asked: Promise<void> }> {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    if (first !== undefined) response.writeHead(200, { "content-type": "application/json" }).write(first);
    resolve();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`, asked };
}

function makeLine(first: LineStatus) {
  const listeners = new Set<() => void>();
  let status = first;
  return {
    get status() {
      return status;
    },
    subscribeStatus(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    turn(next: LineStatus) {
      status = next;
      for (const listener of listeners) listener();
    },
  };
}

function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (failure: unknown) => failure,
  );
}

const timing = { answerTimeoutMs: 60_000, overdueCallMs: 60_000 };

/** A call through a bounded `fetch` on that line. */
function callOver(
  url: string,
  line: ReturnType<typeof makeLine>,
  { closing = new AbortController(), ...intervals }: { closing?: AbortController } & Partial<typeof timing>,
) {
  const bounded = boundFetch(checkedFetch(fetch), line, { ...timing, ...intervals }, closing.signal);
  return failureOf(bounded(url, { headers: {}, signal: new AbortController().signal }));
}

test.each([
  ["its answer", undefined],
  ["the rest of an answer that has begun", '[{"result":'],
])(
  "a call that waits for %s ends as unreachable when the line is lost, so that it is repeated [SEND-2] [CALL-1]",
  async (_, first) => {
    const { url, asked } = await startSilent(first);
    const line = makeLine("live");
    const outcome = callOver(url, line, {});
    await asked;
    line.turn("offline");
    expect(await outcome).toMatchObject({ kind: "unreachable", retryable: true });
  },
);

test.each([
  ["no answer comes", undefined],
  ["an answer stalls after its head", "["],
])("a call ends as unreachable by its time when %s [CALL-1]", async (_, first) => {
  const { url } = await startSilent(first);
  const failure = await callOver(url, makeLine("live"), { answerTimeoutMs: 200 });
  expect(failure).toMatchObject({ kind: "unreachable", retryable: true });
  expect(String(failure)).toContain("No answer came in time.");
});

test("a call that begins on a lost line is a try of its own, and ends by its time alone", async () => {
  const { url, asked } = await startSilent();
  const line = makeLine("offline");
  const outcome = callOver(url, line, { answerTimeoutMs: 200 });
  await asked;
  line.turn("offline");
  expect(String(await outcome)).toContain("No answer came in time.");
});

test("a call that began on a lost line has the time of an attempt from the moment when the line is up [CALL-1]", async () => {
  const { url, asked } = await startSilent();
  const line = makeLine("offline");
  const outcome = callOver(url, line, { overdueCallMs: 50 });
  await asked;
  line.turn("catching-up");
  expect(await outcome).toMatchObject({ kind: "unreachable", retryable: true });
});

test.each(["live", "offline"] as const)(
  "a call on a line that is %s ends as unreachable when the line is closed [CALL-1]",
  async (status) => {
    const { url, asked } = await startSilent();
    const line = makeLine(status);
    const outcome = callOver(url, line, {});
    await asked;
    line.turn("closed");
    expect(await outcome).toMatchObject({ kind: "unreachable" });
  },
);

test("calls under way and later ones are aborted when the chat is closed [CALL-2]", async () => {
  const { url, asked } = await startSilent();
  const line = makeLine("live");
  const closing = new AbortController();
  const outcome = callOver(url, line, { closing });
  await asked;
  closing.abort(aborted("The chat was closed."));
  expect(await outcome).toMatchObject({ kind: "aborted", retryable: false });
  expect(await callOver(url, line, { closing })).toMatchObject({ kind: "aborted", retryable: false });
});

test("an answer whose body is cut off is unreachable, and not another server's", async () => {
  const url = await startOtherServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
    response.write("[", () => response.destroy());
  });
  expect(toChatError(await callOver(url, makeLine("live"), {}))).toMatchObject({ kind: "unreachable" });
});

test("what the caller ends is aborted and not unreachable", async () => {
  const { url, asked } = await startSilent("[");
  const stop = new AbortController();
  const bounded = boundFetch(checkedFetch(fetch), makeLine("live"), timing, new AbortController().signal);
  const outcome = failureOf(bounded(url, { headers: {}, signal: stop.signal }));
  await asked;
  stop.abort();
  expect(await outcome).toMatchObject({ name: "AbortError" });
});

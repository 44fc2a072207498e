import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { boundFetch } from "../../../client-sdk/src/chat/bounded-fetch.ts";
import type { LineStatus } from "../../../client-sdk/src/chat/line.ts";

/** A server that answers nothing. */
async function startSilent(): Promise<{ url: string; asked: Promise<void> }> {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const server = createServer(() => resolve());
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

const init = () => ({ headers: {}, signal: new AbortController().signal });

test("a call that waits for its answer ends as unreachable when the line is lost, so that it is repeated [SEND-2]", async () => {
  const { url, asked } = await startSilent();
  const line = makeLine("live");
  const call = boundFetch(fetch, line)(url, init());
  const outcome = failureOf(call);
  await asked;
  line.turn("offline");
  expect(await outcome).toMatchObject({ kind: "unreachable", retryable: true });
});

test("a call that begins on a lost line is a try of its own, and ends by its time alone", async () => {
  const { url, asked } = await startSilent();
  const line = makeLine("offline");
  const call = boundFetch(fetch, line, 200)(url, init());
  const outcome = failureOf(call);
  await asked;
  line.turn("offline");
  expect(String(await outcome)).toContain("No answer came in time.");
});

test("what the caller ends is aborted and not unreachable", async () => {
  const { url, asked } = await startSilent();
  const stop = new AbortController();
  const call = boundFetch(fetch, makeLine("live"))(url, { headers: {}, signal: stop.signal });
  const outcome = failureOf(call);
  await asked;
  stop.abort();
  expect(await outcome).toMatchObject({ name: "AbortError" });
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChatFailure } from "../../../client-sdk/src/chat/chat-error.ts";
import { Pauses } from "../../../client-sdk/src/chat/pauses.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const unreachable = () => new ChatFailure({ kind: "unreachable", message: "gone", retryable: true });

const busy = () =>
  new ChatFailure({
    kind: "refused",
    code: "TOO_MANY_REQUESTS",
    message: "",
    retryable: true,
    retryAfterMs: 700,
  });

const forbidden = { kind: "refused", code: "FORBIDDEN", message: "", retryable: false } as const;

/** Repeats a call that always fails. @returns the times at which it was called */
function repeat(pauses: Pauses, fail: () => unknown = unreachable) {
  const controller = new AbortController();
  const began = Date.now();
  const times: number[] = [];
  const call = () => {
    times.push(Date.now() - began);
    return Promise.reject(fail());
  };
  const outcome = pauses.repeat(call, controller.signal);
  outcome.catch(() => undefined);
  return { times, outcome, controller };
}

test("pauses double up to the cap, and are drawn from zero up to that [CALL-3]", async () => {
  const longest = repeat(new Pauses({ random: () => 1, baseMs: 100, capMs: 500 }));
  await vi.advanceTimersByTimeAsync(1700);
  expect(longest.times).toEqual([0, 100, 300, 700, 1200, 1700]);
  const shortest = repeat(new Pauses({ random: () => 0 }));
  await vi.advanceTimersByTimeAsync(3);
  expect(shortest.times.length).toBeGreaterThan(2);
  for (const { controller } of [longest, shortest]) controller.abort();
});

test("a pause is not shorter than the server asks for, also when it is woken [CALL-3]", async () => {
  const pauses = new Pauses({ random: () => 0 });
  const { times, controller } = repeat(pauses, busy);
  await vi.advanceTimersByTimeAsync(600);
  pauses.wake();
  await vi.advanceTimersByTimeAsync(100);
  expect(times).toEqual([0, 700]);
  controller.abort();
});

test("a wake ends the other pauses [CALL-3]", async () => {
  const pauses = new Pauses({ random: () => 1 });
  const { times, controller } = repeat(pauses);
  await vi.advanceTimersByTimeAsync(10);
  pauses.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(times).toEqual([0, 10]);
  controller.abort();
});

test.each([
  ["a refusal", forbidden],
  [
    "a proxy that takes no body of this size",
    { kind: "foreign", status: 413, mediaType: "text/html", message: "", retryable: false },
  ],
] as const)("%s is not repeated [CALL-4]", async (_, error) => {
  const { times, outcome } = repeat(new Pauses(), () => new ChatFailure(error));
  await expect(outcome).rejects.toMatchObject({ kind: error.kind });
  expect(times).toEqual([0]);
});

test("an abort ends a pause at once, as aborted", async () => {
  const { times, outcome, controller } = repeat(new Pauses({ random: () => 1 }));
  await vi.advanceTimersByTimeAsync(10);
  controller.abort();
  await expect(outcome).rejects.toMatchObject({ kind: "aborted", retryable: false });
  expect(times).toEqual([0]);
});

test("a call whose signal is aborted already is aborted, and not made", async () => {
  let calls = 0;
  const call = () => Promise.resolve((calls += 1));
  const outcome = new Pauses().repeat(call, AbortSignal.abort());
  await expect(outcome).rejects.toMatchObject({ kind: "aborted", retryable: false });
  expect(calls).toBe(0);
});

test("an abort during the call ends it without a pause, and a refusal stays a refusal", async () => {
  const pauses = new Pauses({ random: () => 1 });
  const abortAnd = (error: unknown) => {
    const controller = new AbortController();
    const call = () => {
      controller.abort();
      return Promise.reject(error);
    };
    return pauses.repeat(call, controller.signal);
  };
  await expect(abortAnd(unreachable())).rejects.toMatchObject({ kind: "aborted" });
  const refused = abortAnd(new ChatFailure(forbidden));
  await expect(refused).rejects.toMatchObject({ kind: "refused" });
});

test("the first pause is at most 250 ms, and none is longer than 10 s [CALL-3]", async () => {
  const { times, controller } = repeat(new Pauses({ random: () => 1 }));
  await vi.advanceTimersByTimeAsync(40_000);
  const pauses = times.slice(1).map((time, at) => time - (times[at] ?? 0));
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  controller.abort();
});

test("an answer of another server is no refusal: the call is repeated [CALL-4]", async () => {
  const bad = new ChatFailure({
    kind: "foreign",
    status: 502,
    mediaType: "text/html",
    message: "",
    retryable: true,
  });
  const { times, controller } = repeat(new Pauses({ random: () => 1, baseMs: 100 }), () => bad);
  await vi.advanceTimersByTimeAsync(100);
  expect(times).toEqual([0, 100]);
  controller.abort();
});

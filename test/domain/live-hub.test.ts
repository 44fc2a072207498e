import { expect, test } from "vitest";
import { LiveHub } from "../../server/domain/live-hub.ts";

const never = new AbortController().signal;

test("a bell rings for its own session and for no other", async () => {
  const hub = new LiveHub();
  using bell = hub.listen("s", never);
  using other = hub.listen("t", never);
  let rung = false;
  const waitForOther = async (): Promise<void> => {
    await other.wait();
    rung = true;
  };
  void waitForOther();
  hub.announce("s");
  await bell.wait();
  expect(rung).toBe(false);
});

test("a ring that nobody waited for is not lost, and many are one", async () => {
  const hub = new LiveHub();
  using bell = hub.listen("s", never);
  hub.announce("s");
  hub.announce("s");
  await bell.wait();
  let again = false;
  const waitAgain = async (): Promise<void> => {
    await bell.wait();
    again = true;
  };
  const next = waitAgain();
  await Promise.resolve();
  expect(again).toBe(false);
  hub.announce("s");
  await next;
});

test("a reader that is told to stop is woken, however early", async () => {
  const hub = new LiveHub();
  const stop = new AbortController();
  using late = hub.listen("s", stop.signal);
  const waiting = late.wait();
  stop.abort();
  await waiting;
  using early = hub.listen("s", stop.signal);
  await early.wait();
  expect(hub.size).toBe(2);
});

test("nothing is left of a bell that was taken down, and its session's others still ring", async () => {
  const hub = new LiveHub();
  using kept = hub.listen("s", never);
  {
    using gone = hub.listen("s", never);
    gone.ring();
    expect(hub.size).toBe(2);
  }
  expect(hub.size).toBe(1);
  hub.announce("s");
  await kept.wait();
});

test("a session's bells come and go while it rings", async () => {
  const hub = new LiveHub();
  const first = hub.listen("s", never);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  using second = hub.listen("s", never);
  first[Symbol.dispose]();
  expect(hub.size).toBe(1);
  hub.announce("s");
  await second.wait();
});

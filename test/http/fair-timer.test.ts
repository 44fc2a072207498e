import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { fairInterval, fairTimeout } from "../../server/http/fair-timer.ts";

function standStill(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}

test("a timer that is held against a peer gives the whole time again after a stall, and runs out without one [ALIVE-6]", async () => {
  const order: string[] = [];
  const { promise: ranOut, resolve: end } = Promise.withResolvers<void>();
  fairTimeout(() => {
    order.push("it runs out");
    end();
  }, 200);
  standStill(1000);
  await wait(100);
  order.push("half the time has passed since the stall");
  await ranOut;
  expect(order).toEqual(["half the time has passed since the stall", "it runs out"]);
});

test("what has come in is read before the time runs out, however short the stall [ALIVE-6]", async () => {
  const order: string[] = [];
  const { promise: ranOut, resolve: end } = Promise.withResolvers<void>();
  fairTimeout(() => {
    order.push("the time runs out");
    end();
  }, 50);
  const { promise: read, resolve: hasRead } = Promise.withResolvers<void>();
  setImmediate(() => {
    order.push("what has come in is read");
    hasRead();
  });
  standStill(100);
  await Promise.all([ranOut, read]);
  expect(order).toEqual(["what has come in is read", "the time runs out"]);
});

test("an interval goes on until it is cancelled", async () => {
  let count = 0;
  await new Promise<void>((resolve) => {
    const timer = fairInterval(() => {
      count += 1;
      if (count < 3) return;
      timer.cancel();
      resolve();
    }, 10);
  });
  await wait(50);
  expect(count).toBe(3);
});

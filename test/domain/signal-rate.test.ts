import { expect, test } from "vitest";
import { limits } from "../../server/contract/limits.ts";
import { SignalRate } from "../../server/domain/signal-rate.ts";

/** A rate with a clock that the test moves. */
function makeRate() {
  const clock = { nowMs: 1000 };
  const rate = new SignalRate(() => clock.nowMs);
  /** The number of signals that are taken until one is refused. */
  function countTaken(sessionId: string, readers = 1, retryAfterSeconds = 1): number {
    for (let count = 0; ; count += 1) {
      try {
        rate.take(sessionId, readers);
      } catch (error) {
        expect(error).toMatchObject({ code: "TOO_MANY_REQUESTS", retryAfterSeconds });
        return count;
      }
    }
  }
  return { clock, rate, countTaken };
}

test("a session takes a burst of signals, then so many a second, and refused ones do not count [SIGNAL-5]", () => {
  const { clock, countTaken } = makeRate();
  expect(countTaken("s")).toBe(limits.signalBurst);
  expect(countTaken("other")).toBe(limits.signalBurst);
  clock.nowMs += 1000;
  expect(countTaken("s")).toBe(limits.signalsPerSecond);
  expect(countTaken("s")).toBe(0);
  clock.nowMs += 3_600_000;
  expect(countTaken("s")).toBe(limits.signalBurst);
});

test("a signal to many subscribers counts as several, and one is taken however many they are [SIGNAL-5]", () => {
  const { countTaken } = makeRate();
  expect(countTaken("full", limits.signalReaders)).toBe(limits.signalBurst);
  expect(countTaken("large", 10 * limits.signalReaders)).toBe(limits.signalBurst / 10);
  expect(countTaken("huge", 1_000_000 * limits.signalReaders, 2)).toBe(1);
});

test("sessions without recent signals take no memory, and their next signals count in full", () => {
  const { clock, rate, countTaken } = makeRate();
  rate.take("slow", 10_000);
  for (let session = 0; session < 1000; session += 1) rate.take(`s${session}`, 1);
  expect(rate.size).toBe(1001);
  // The first bucket is not full yet, and stands before others that are.
  clock.nowMs += 100;
  expect(countTaken("s7")).toBe(limits.signalBurst);
  clock.nowMs += 3_600_000;
  rate.take("another", 1);
  expect(rate.size).toBe(1);
});

import { expect, test } from "vitest";
import { retryDelayMs } from "../../../client-sdk/src/chat/connection/retry-delay.ts";
import { defaultTiming } from "../../../client-sdk/src/chat/connection/timing.ts";

const longest = (isVisible: boolean): number[] =>
  Array.from({ length: 9 }, (_, failures) =>
    retryDelayMs(failures, defaultTiming, { isVisible, random: () => 1 }),
  );

test("the time before a retry doubles from 250 ms to 4 s while the page is visible, and to 30 s while it is hidden [RETRY-1]", () => {
  expect(longest(true)).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000, 4000, 4000]);
  expect(longest(false)).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

const visibleAt = (random: number): number =>
  retryDelayMs(20, defaultTiming, { isVisible: true, random: () => random });

test("the time is any between none and the longest, so that clients do not come back together [RETRY-1]", () => {
  expect([visibleAt(0), visibleAt(0.25), visibleAt(0.5)]).toEqual([0, 1000, 2000]);
});

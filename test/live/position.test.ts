import { expect, test } from "vitest";
import { formatPosition, parsePosition } from "../../server/live/position.ts";

test("a position is read as it is written", () => {
  expect(parsePosition(formatPosition("9f86d081884c7d65", 7))).toEqual({ epoch: "9f86d081884c7d65", seq: 7 });
  expect(parsePosition("7")).toEqual({ epoch: undefined, seq: 7 });
  expect(parsePosition("0")).toEqual({ epoch: undefined, seq: 0 });
});

test.each([
  "",
  " ",
  "a",
  ":",
  "a:",
  ":1",
  "a:b",
  "a:1:2",
  "-1",
  "+1",
  "1.5",
  "1e3",
  " 1",
  "1\n",
  "0x1",
  "A:1",
  "a b:1",
  "١",
  "9".repeat(16),
  `${"a".repeat(65)}:1`,
])("%j is none", (text) => {
  expect(parsePosition(text)).toBeUndefined();
});

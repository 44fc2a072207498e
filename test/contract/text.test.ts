import { describe, expect, test } from "vitest";
import { newSessionIdSchema } from "../../server/contract/session-id.ts";
import { labelSchema, textSchema } from "../../server/contract/text.ts";

const controls = [
  ...Array.from({ length: 32 }, (_, code) => code),
  ...Array.from({ length: 33 }, (_, code) => 0x7f + code),
];

describe("text is what any database can hold", () => {
  test.each([
    "",
    " ",
    "\t\r\n",
    "\u0001",
    "\u0085",
    "\ufeff",
    "\uffff",
    "\u{10ffff}",
    "😀",
    "\u202e",
    "e\u0301",
  ])("%j is text, and stays as it is", (text) => {
    expect(textSchema.parse(text)).toBe(text);
  });

  test.each(["\0", "a\0", "\ud800", "\udc00", "\udc00\ud800", "😀\ud83d", "\ud83d😀"])(
    "%j is none",
    (text) => {
      expect(textSchema.safeParse(text).success).toBe(false);
    },
  );
});

test("a label has none of the 65 control characters", () => {
  for (const code of controls) {
    expect
      .soft(labelSchema.safeParse(`a${String.fromCodePoint(code)}b`).success, `U+${code.toString(16)}`)
      .toBe(false);
  }
  expect(labelSchema.parse(" ~\u00a0\u00ad\u200f\u2028")).toBe(" ~\u00a0\u00ad\u200f\u2028");
});

test("the length of a session id counts characters, and not what they take in memory", () => {
  expect(newSessionIdSchema.safeParse("😀".repeat(128)).success).toBe(true);
  expect(newSessionIdSchema.safeParse("😀".repeat(129)).success).toBe(false);
  expect(newSessionIdSchema.safeParse("").success).toBe(false);
});

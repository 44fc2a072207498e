import { describe, expect, test } from "vitest";
import { assertShallow } from "../../server/http/json-depth.ts";

const nested = (levels: number, inside = ""): string => "[".repeat(levels) + inside + "]".repeat(levels);
const tooDeep = expect.objectContaining({
  code: "BAD_REQUEST",
  message: "The body nests deeper than 32 levels.",
}) as unknown;

describe("JSON from a client nests 32 levels at most [LIMIT-8]", () => {
  test.each([
    ["32 levels", nested(32)],
    ["many values side by side", `[${"[[]],".repeat(100)}{}]`],
    ["brackets in a string", JSON.stringify({ content: "[".repeat(100) })],
    ["brackets after an escaped quote", JSON.stringify({ content: `\\"${"[".repeat(100)}` })],
    ["a string that does not end", `"${"[".repeat(100)}`],
    ["no JSON", "]".repeat(100)],
  ])("%s may be parsed", (_what, text) => {
    expect(() => assertShallow(text, "The body")).not.toThrow();
  });

  test.each([
    ["33 levels", nested(33)],
    ["objects", `{"a":`.repeat(33)],
    ["levels that never end", "[".repeat(300_000)],
    ["levels after a string that ends in a backslash", `["\\\\",${nested(32)}]`],
    ["levels after an empty string", `["",${nested(32)}]`],
  ])("%s may not", (_what, text) => {
    expect(() => assertShallow(text, "The body")).toThrow(tooDeep);
  });
});

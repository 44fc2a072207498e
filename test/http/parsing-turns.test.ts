import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { parsingTurn } from "../../server/http/parsing-turns.ts";

test("large texts are parsed in the order in which they came, one in a turn of the event loop [LIMIT-7]", async () => {
  const parsed: string[] = [];
  const texts = ["first", "second", "third"].map((name) =>
    parsingTurn(100_000)?.then(() => parsed.push(name)),
  );
  const seen: number[] = [];
  while (parsed.length < texts.length) {
    await nextTurn();
    seen.push(parsed.length);
  }
  expect(parsed).toEqual(["first", "second", "third"]);
  expect(seen.every((count, turn) => count - (seen[turn - 1] ?? 0) <= 1)).toBe(true);
});

test("a small text waits for no turn", () => {
  expect(parsingTurn(1000)).toBeUndefined();
});

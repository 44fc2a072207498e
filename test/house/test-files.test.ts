import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { filesOfTheirOwn, longest } from "../test-files.ts";

const root = resolve(import.meta.dirname, "../..");

test("the test files that begin first, or have a process of their own, are there", () => {
  const missing = [...longest, ...filesOfTheirOwn].filter((file) => !existsSync(join(root, file)));
  expect(missing).toEqual([]);
});

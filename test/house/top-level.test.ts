import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** All that stands at the top beside dotfiles. */
const given = [
  "LICENSE",
  "README.md",
  "client-sdk",
  "db",
  "package-lock.json",
  "package.json",
  "server",
  "test",
  "tsconfig.json",
];

test("the top level is as given: what a tool leaves there is not committed", () => {
  const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");
  const top = new Set(files.map((file) => file.replace(/\/.*/s, "")));
  expect([...top].filter((name) => !name.startsWith(".")).toSorted()).toEqual(given);
});

import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";

const root = resolve(import.meta.dirname, "../../..");
const readme = readFileSync(join(root, "client-sdk/README.md"), "utf8");

const blocksOf = (language: string): string[] =>
  [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, code = ""]) =>
    name === language ? [code] : [],
  );

const compilerOptions = {
  target: "es2024",
  lib: ["es2024", "dom"],
  module: "esnext",
  moduleResolution: "bundler",
  jsx: "react-jsx",
  types: ["node"],
  paths: {
    "@ai-desk/client": [join(root, "client-sdk/src/index.ts")],
    "@ai-desk/client/*": [join(root, "client-sdk/src/*/index.ts")],
  },
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  strict: true,
};

test("each block of the client's README compiles", { timeout: 60_000 }, () => {
  const [first = "", ...others] = blocksOf("ts");
  const files = new Map<string, string>([
    ...others.map((code, index): [string, string] => [`block-${index + 1}.ts`, `${first}${code}export {};`]),
    ...blocksOf("tsx").map((code, index): [string, string] => [`block-${index + 1}.tsx`, code]),
  ]);
  expect(files.size).toBeGreaterThan(15);
  const folder = makeTemporaryFolder();
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const [name, code] of files) writeFileSync(join(folder, name), code);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [...files.keys()] }));
  const { stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
  expect(stdout).toBe("");
});

test("the README's chat in React is the one that is tested in a browser", () => {
  const tested = readFileSync(join(root, "test/client-sdk/react/small-chat/app.tsx"), "utf8");
  expect(blocksOf("tsx")[0]).toBe(tested);
});

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
    "@ai-desk/client/ai-sdk-worker": [join(root, "client-sdk/src/ai-sdk/worker.ts")],
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
  expect(blocksOf("tsx")[0]).toEqual(tested);
});

const stockProvider = `
import { AssistantRuntimeProvider, useLocalRuntime } from "@assistant-ui/react";
import type { PropsWithChildren } from "react";

export function RuntimeProvider({ children }: PropsWithChildren) {
  const runtime = useLocalRuntime(model);
  return <AssistantRuntimeProvider runtime={runtime}>{children}</AssistantRuntimeProvider>;
}
`;

test("the README's provider for assistant-ui is the one that is tested in a browser, and differs from a stock one by at most 10 lines", () => {
  const file = "test/client-sdk/ui-libraries/assistant-ui/runtime-provider.tsx";
  const tested = readFileSync(join(root, file), "utf8");
  const block = blocksOf("tsx").find((code) => code.includes("useAIDeskRuntime"));
  expect(block?.replace("http://localhost:8000", "/")).toEqual(tested);
  const stock = new Set(stockProvider.split("\n"));
  expect(tested.split("\n").filter((line) => !stock.has(line)).length).toBeLessThanOrEqual(10);
});

test("the README names the versions of the UI libraries that are tested", () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  for (const name of ["@assistant-ui/react", "@tanstack/ai-react"])
    expect(readme).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${devDependencies[name]} `, "m"));
});

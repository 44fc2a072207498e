import { mkdirSync, readFileSync, renameSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, useConsumer } from "./support/consumer.ts";
import { library } from "./support/library.ts";
import { contractNames, sameTypes } from "./support/same-types.ts";

const root = resolve(import.meta.dirname, "../../..");
/** `NODE_TESTS=all` adds the oldest TypeScript. */
const isLongForm = process.env["NODE_TESTS"] === "all";
const project = useConsumer(
  ...(isLongForm ? ["typescript-5.0@npm:typescript@5.0.4"] : []),
  "typescript-5.4@npm:typescript@5.4.5",
  "typescript-5.9@npm:typescript@5.9.3",
  "typescript-7@npm:typescript@7.0.2",
  "ws@8.23.0",
  "undici@7",
  "@types/ws@8.18.2",
  "@types/node@26.6.6",
  "bun-types@1",
);

describe("a library on top of the client emits its declarations, with its libraries checked, es2022 and dom", () => {
  test.each([
    ...(isLongForm ? [["typescript-5.0", "nodenext"] as const] : []),
    ["typescript-5.4", "nodenext"],
    ["typescript-5.9", "esnext"],
    ["typescript-7", "nodenext"],
    ["typescript-7", "esnext"],
  ] as const)("%s, module %s", async (compiler, module) => {
    project.write("library.ts", library);
    expect(await compile(project, compiler, "library.ts", { module, declaration: true })).toBe("");
    const emitted = readFileSync(join(project.folder, "out/library.d.ts"), "utf8");
    const imports = [...emitted.matchAll(/import\("([^"]+)"\)/g)].map(([, name]) => name);
    expect(new Set(imports)).toEqual(new Set(["@ai-desk/client"]));
    for (const name of [
      "Client",
      "Chat",
      "SessionSnapshot",
      "ListSnapshot",
      "SessionPage",
      "RunningSubscription",
    ])
      expect(emitted).toContain(`import("@ai-desk/client").${name}`);
  });
});

test("a library emits the same in a store of symbolic links, where it sees only what it named itself", async () => {
  const { folder } = project;
  const store = join(folder, "linked/node_modules/.pnpm/client/node_modules");
  mkdirSync(join(folder, "linked/node_modules/@ai-desk"), { recursive: true });
  mkdirSync(join(store, "@ai-desk"), { recursive: true });
  renameSync(join(folder, "node_modules/@ai-desk/client"), join(store, "@ai-desk/client"));
  renameSync(join(folder, "node_modules/@trpc"), join(store, "@trpc"));
  const links = [
    [join(store, "@ai-desk/client"), join(folder, "linked/node_modules/@ai-desk/client")],
    [join(store, "@ai-desk/client"), join(folder, "node_modules/@ai-desk/client")],
    [join(store, "@trpc"), join(folder, "node_modules/@trpc")],
  ] as const;
  symlinkSync(links[0][0], links[0][1]);
  try {
    project.write("linked/package.json", JSON.stringify({ type: "module" }));
    project.write("linked/library.ts", library);
    for (const compiler of ["typescript-5.9", "typescript-7"])
      expect(await compile(project, compiler, "linked/library.ts", { declaration: true })).toBe("");
  } finally {
    for (const [target, path] of links.slice(1)) symlinkSync(target, path);
  }
});

const each = (options: string) =>
  `createClient({ url: "http://localhost", ${options} });\ncreateChat({ url: "http://localhost", ${options} });\n`;

test("the WebSocket and the fetch of ws, undici, Node and Bun fit without a cast", async () => {
  const start = 'import { createChat, createClient } from "@ai-desk/client";\n';
  project.write(
    "options.ts",
    `${start}import WS from "ws";\nimport * as undici from "undici";\n` +
      ["WebSocket: WS", "WebSocket: undici.WebSocket, fetch: undici.fetch", "WebSocket, fetch"]
        .map(each)
        .join(""),
  );
  project.write("bun.ts", start + each("WebSocket, fetch: Bun.fetch") + each("fetch"));
  // The types of these packages do not hold for themselves.
  const options = { skipLibCheck: true };
  for (const compiler of ["typescript-5.9", "typescript-7"]) {
    expect(await compile(project, compiler, "options.ts", { ...options, types: ["node"] })).toBe("");
    expect(
      await compile(project, compiler, "bun.ts", { ...options, types: ["bun-types"], lib: ["es2022"] }),
    ).toBe("");
  }
});

test("the types that are spelled out in the package are those that the sources infer", async () => {
  const sources = join(root, "client-sdk/src/types.ts");
  project.write("same.ts", sameTypes(sources, contractNames(sources)));
  const options =
    "--noEmit --strict --skipLibCheck --module nodenext --target es2024 --lib es2024,dom,esnext --types node --allowImportingTsExtensions";
  const compiler = join(root, "node_modules/.bin/tsc");
  const { stdout } = await project.run(compiler, [...options.split(" "), "same.ts"]);
  expect(stdout).toBe("");
});

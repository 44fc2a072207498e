import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packClient } from "../../support/pack-client.ts";
import { ScratchProject } from "../../support/scratch-project.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { compile } from "./support/consumer.ts";
import { library } from "./support/library.ts";

/** They are installed from the registry: `NODE_TESTS=all` runs these. */
const isLongForm = process.env["NODE_TESTS"] === "all";

const program = `import { createChat } from "@ai-desk/client";
import { createFileStorage } from "@ai-desk/client/file-storage";
const chat = createChat({ url: "http://127.0.0.1:1", storage: createFileStorage("kept.json") });
console.log(chat.status);
await chat.close();
`;

async function startProject(manager: string): Promise<ScratchProject> {
  const project = new ScratchProject(makeTemporaryFolder());
  const tools = ["--prefix", "tools", "--no-audit", "--no-fund"];
  await project.runWell("npm", ["install", ...tools, manager]);
  project.write("package.json", JSON.stringify({ type: "module", private: true }));
  copyFileSync(await packClient(), join(project.folder, "client.tgz"));
  project.write("library.ts", library);
  project.write("program.mjs", program);
  return project;
}

function namesOnlyTheClient(project: ScratchProject): void {
  const emitted = readFileSync(join(project.folder, "out/library.d.ts"), "utf8");
  const imports = [...emitted.matchAll(/import\("([^"]+)"\)/g)].map(([, name]) => name);
  expect(new Set(imports)).toEqual(new Set(["@ai-desk/client"]));
}

describe.runIf(isLongForm)("the client runs, and a library on top of it emits its declarations", () => {
  test(
    "with pnpm, which links packages and shows each one only what it names",
    { timeout: 120_000 },
    async () => {
      const project = await startProject("pnpm@11.28.11");
      const pnpm = "tools/node_modules/pnpm/bin/pnpm.mjs";
      const packages = ["./client.tgz", "typescript@5.9.3"];
      await project.runWell(process.execPath, [pnpm, "add", "--ignore-workspace", ...packages]);
      expect(await project.runWell(process.execPath, ["program.mjs"])).toBe("connecting\n");
      expect(await compile(project, "typescript", "library.ts", { declaration: true })).toBe("");
      namesOnlyTheClient(project);
    },
  );

  test("with Yarn's Plug'n'Play, which has no node_modules", { timeout: 120_000 }, async () => {
    const project = await startProject("@yarnpkg/cli-dist@4.18.1");
    const yarn = ["tools/node_modules/@yarnpkg/cli-dist/bin/yarn.js"];
    const registry = (await project.runWell("npm", ["config", "get", "registry"])).trim();
    project.write(
      ".yarnrc.yml",
      `nodeLinker: pnp
enableTelemetry: false
enableGlobalCache: false
npmRegistryServer: ${JSON.stringify(registry)}
unsafeHttpWhitelist: ["*"]
`,
    );
    project.write("yarn.lock", "");
    const trpc = ["@trpc/client@11.22.1", "@trpc/server@11.22.1"];
    const packages = ["@ai-desk/client@file:./client.tgz", ...trpc, "typescript@5.9.3"];
    await project.runWell(process.execPath, [...yarn, "add", ...packages]);
    expect(await project.runWell(process.execPath, [...yarn, "node", "program.mjs"])).toBe("connecting\n");
    const options =
      "--declaration --outDir out --rootDir . --strict --target es2022 --module nodenext --lib es2022,dom";
    await project.runWell(process.execPath, [...yarn, "tsc", ...options.split(" "), "library.ts"]);
    namesOnlyTheClient(project);
  });
});

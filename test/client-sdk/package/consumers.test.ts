import { join } from "node:path";
import { build } from "vite";
import { beforeAll, expect, test } from "vitest";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { fetchNodes, noNodesHere } from "../../support/real-nodes.ts";
import { startApp } from "../../support/start-app.ts";
import { useConsumer } from "./support/consumer.ts";
import { talked, writeTalk } from "./support/talk.ts";

/** `NODE_TESTS=all` adds the consumers that are heavy to install. */
const isLongForm = process.env["NODE_TESTS"] === "all";
const isOnLinux = process.platform === "linux" && process.arch === "x64";
const runtimes = isOnLinux ? ["@oven/bun-linux-x64@1.4.5", "@deno/linux-x64-glibc@2.9.6"] : [];
const heavy = isLongForm ? ["webpack@5.113.0", "jest@30.5.2", ...runtimes] : [];
const project = useConsumer("ws@8.23.0", ...heavy);

beforeAll(() => writeTalk(project));

const printed = `${talked}\n`;

test("Node 26 has a conversation by import, with its own WebSocket and a file as storage", async () => {
  const { url } = await startApp();
  expect(await project.runWell(process.execPath, ["with-file.mjs", url])).toBe(printed);
});

test("Node 20 has one by import and by require, with the WebSocket of ws", async (context) => {
  if (noNodesHere !== undefined) context.skip(noNodesHere);
  const nodes = await fetchNodes(makeTemporaryFolder(), ["20.20.2"]);
  const node = nodes?.get("20.20.2") ?? context.skip("the registry of npm cannot be reached");
  const { url } = await startApp();
  expect(await project.runWell(node, ["with-ws.mjs", url])).toBe(printed);
  // As a Node before 20.19, which cannot require what is ESM.
  const old = ["--no-experimental-require-module", "with-ws.cjs", url];
  expect(await project.runWell(node, old)).toBe(printed);
});

test("Vite bundles it, with what loads later in files of its own", async () => {
  const { url } = await startApp();
  const { folder } = project;
  await build({
    configFile: false,
    logLevel: "error",
    root: folder,
    build: {
      outDir: "vite",
      target: "es2022",
      modulePreload: false,
      rolldownOptions: { input: join(folder, "with-own-socket.mjs"), output: { entryFileNames: "main.mjs" } },
    },
  });
  expect(await project.runWell(process.execPath, ["vite/main.mjs", url])).toBe(printed);
});

test.runIf(isLongForm)("webpack bundles it", async () => {
  const { url } = await startApp();
  project.write(
    "webpack.mjs",
    `import webpack from "webpack";
const output = { path: import.meta.dirname + "/webpack", filename: "main.mjs", module: true, chunkFormat: "module" };
const options = { mode: "production", target: ["node20", "es2022"], entry: "./with-own-socket.mjs", output, experiments: { outputModule: true } };
webpack(options, (error, stats) => console.log(error ?? stats.toString({ all: false, errors: true, warnings: true })));`,
  );
  expect(await project.runWell(process.execPath, ["webpack.mjs"])).toBe("\n");
  expect(await project.runWell(process.execPath, ["webpack/main.mjs", url])).toBe(printed);
});

test.runIf(isLongForm)("Jest runs it without a transform", async () => {
  const { url } = await startApp();
  project.write(
    "talk.test.cjs",
    `const { talk } = require("./talk.cjs");
test("talks", async () => {
  expect(await talk(${JSON.stringify(url)}, require("ws").WebSocket)).toBe(${JSON.stringify(talked)});
});`,
  );
  const jest = ["node_modules/jest/bin/jest.js", "--testRegex", "talk.test.cjs$"];
  const extensions = ["--moduleFileExtensions", "cjs", "js", "mjs", "json"];
  expect(await project.run(process.execPath, [...jest, ...extensions])).toMatchObject({ code: 0 });
});

test.runIf(isLongForm && isOnLinux)("Bun and Deno run it, with a file as storage", async () => {
  const { url } = await startApp();
  const modules = join(project.folder, "node_modules");
  const bun = join(modules, "@oven/bun-linux-x64/bin/bun");
  expect(await project.runWell(bun, ["with-file.mjs", url])).toBe(printed);
  const deno = join(modules, "@deno/linux-x64-glibc/deno");
  const options = ["run", "--allow-all", "--node-modules-dir=manual"];
  expect(await project.runWell(deno, [...options, "with-file.mjs", url])).toBe(printed);
});

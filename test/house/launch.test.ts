import { execFile } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const root = resolve(import.meta.dirname, "../..");
const launcher = join(root, "server/launch.js");

/** Makes this Node say that it is an old one: what the launcher sees on a machine whose own Node is 20. */
const asOldNode = [
  "--import",
  `data:text/javascript,${encodeURIComponent(
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2", napi: "9" } });',
  )}`,
];

function run(args: string[], cwd = root) {
  return promisify(execFile)(process.execPath, args, { cwd });
}

function printer(): string {
  const file = join(makeTemporaryFolder(), "print.ts");
  writeFileSync(file, "console.log(JSON.stringify([process.versions.node, process.argv.slice(1)]));");
  return file;
}

test("a Node that fits runs the entry itself, with the entry's own arguments", async () => {
  const entry = printer();
  const { stdout } = await run([launcher, entry, "one", "two"]);
  expect(JSON.parse(stdout)).toEqual([process.versions.node, [entry, "one", "two"]]);
});

test("a Node that is too old hands over to the pinned one", async () => {
  const entry = printer();
  const { stdout } = await run([...asOldNode, launcher, entry, "one", "two"]);
  expect(JSON.parse(stdout)).toEqual([expect.stringMatching(/^26\./), [entry, "one", "two"]]);
});

test("a Node that is too old, with none pinned, says what is needed and loads nothing", async () => {
  const folder = makeTemporaryFolder();
  copyFileSync(launcher, join(folder, "launch.mjs"));
  const running = run([...asOldNode, join(folder, "launch.mjs"), printer()], folder);
  await expect(running).rejects.toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(
      /^AI Desk needs Node 24 or newer and this is Node 20\.20\.2: .*npm ci.*\n$/,
    ) as string,
  });
});

test("a signal to the launcher reaches the server behind it", async () => {
  const server = await startServer(
    {},
    { launch: [process.execPath, ...asOldNode, launcher, "server/cli/ai-desk.ts"] },
  );
  expect((await fetch(server.url)).status).toBe(200);
  expect(await server.stop("SIGTERM")).toEqual({ code: 0, signal: null });
  await expect(fetch(server.url)).rejects.toThrow("fetch failed");
});

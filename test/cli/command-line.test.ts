import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { serverCommand } from "../support/server-command.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

/** Runs `ai-desk` to its end in an empty folder. */
function run(...args: string[]) {
  const [command = "", ...launch] = serverCommand();
  const cwd = makeTemporaryFolder();
  const { status, stdout, stderr } = spawnSync(command, [...launch, ...args], {
    cwd,
    encoding: "utf8",
    timeout: 60_000,
  });
  expect(readdirSync(cwd)).toEqual([]);
  return { status, stdout, stderr };
}

test.each([["--help"], ["-h"], ["help"], ["serve --help"]])("%s prints the usage", (line) => {
  const { status, stdout, stderr } = run(...line.split(" "));
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^Usage: ai-desk \[verb\]\n[^]*\n {2}serve +run the server/);
});

test.each([["--version"], ["-v"]])("%s prints the version of the package", (option) => {
  expect(run(option)).toEqual({ status: 0, stdout: `${packageFile.version}\n`, stderr: "" });
});

test.each([
  [["sing"], 'There is no verb "sing".'],
  [["--loud"], "Unknown option '--loud'."],
  [["serve", "-x"], "Unknown option '-x'."],
  [["--help=yes"], "Option '-h, --help' does not take an argument."],
  [["serve", "here"], 'serve takes no argument, and got "here".'],
  [[""], 'There is no verb "".'],
  [["--", "--help"], 'There is no verb "--help".'],
])("%j is told what is wrong, and the usage, with exit code 2", (args, fault) => {
  const { status, stdout, stderr } = run(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr.startsWith(`${fault}\n\nUsage: ai-desk`)).toBe(true);
});

test("`serve` and no verb at all are the same", async () => {
  for (const verb of [[], ["serve"]]) {
    const server = await startServer({}, { launch: [...serverCommand(), ...verb] });
    expect((await fetch(server.url)).status).toBe(200);
    expect(await server.stop("SIGHUP")).toEqual({ code: 0, signal: null });
  }
});

import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import { readSession } from "../support/rest.ts";
import { serverCommand } from "../support/server-command.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

/** That of util-linux: others take other arguments. */
const hasScript = String(spawnSync("script", ["--version"]).stdout).includes("util-linux");
const lack = hasScript ? "" : " (it needs the program `script` of util-linux: apt-get install bsdutils)";

/** A server on a terminal of its own, and all that it prints there. */
async function startOnTerminal(environment: Record<string, string> = {}) {
  const folder = makeTemporaryFolder();
  const command = serverCommand().map((word) => `'${word}'`);
  const child = spawn("script", ["--quiet", "--return", "--command", command.join(" "), "/dev/null"], {
    env: { ...process.env, PORT: "0", DATABASE_URL: `file:${join(folder, "ai_desk.db")}`, ...environment },
  });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  let printed = "";
  const until = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((found, lost) => {
      const look = (): void => {
        const match = pattern.exec(stripVTControlCharacters(printed).replaceAll("\r", ""));
        if (match) found(match);
      };
      child.stdout.on("data", look);
      void ended.then(() => lost(new Error(`It ended: ${printed}`)));
      look();
    });
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  return { folder, until, read: () => printed };
}

test.skipIf(!hasScript && mayBeLeftOut())(
  `on a terminal the server prints its page, docs, API and data file, and a curl line that makes a message appear${lack}`,
  async () => {
    const { folder, until, read } = await startOnTerminal();
    const [, base = "", file] = await until(
      /page +(\S+)\/app\n +docs +\1\/docs\n +API +\1\/api\/sessions\n +data file +(\S+)\n/,
    );
    expect(file).toBe(join(folder, "ai_desk.db"));
    const [line = ""] = await until(/curl .*/);
    // Twice: the session is there already.
    for (const count of [1, 2]) {
      await promisify(execFile)("sh", ["-c", line]);
      const { title, messages } = await readSession(base, "hello");
      expect([title, messages.length, messages.at(-1)?.content]).toEqual(["Hello", count, "Hello from curl"]);
    }
    expect(read()).not.toContain('"level"');
  },
);

test.skipIf(!hasScript && mayBeLeftOut())(
  `on a terminal the log has lines for people, without colors where NO_COLOR is set${lack}`,
  async () => {
    const { until, read } = await startOnTerminal({ NO_COLOR: "1", HOST: "0.0.0.0" });
    const [, base = ""] = await until(/page +(http:\/\/localhost:\d+)\/app/);
    await until(/\[\d\d:\d\d:\d\d\] WARN: HOST is 0\.0\.0\.0: everyone/);
    await fetch(base);
    await until(/INFO: .*GET/);
    expect(read()).not.toContain("\u001b[");
  },
);

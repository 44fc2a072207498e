import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { olderFile } from "../db/database-file.ts";
import { createSession } from "../support/rest.ts";
import type { RunningServer } from "../support/start-server.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "server/OPERATING.md"), "utf8");

/** The contents of the page's blocks in a language. */
function readBlocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(
    ([, code = ""]) => code,
  );
}

/** The page's paths, as this test has them. */
function here(text: string, folder: string): string {
  return text
    .replaceAll("/opt/ai-desk", root)
    .replaceAll("/var/lib/ai-desk", join(folder, "lib"))
    .replaceAll("/var/backups/ai-desk", join(folder, "backups"));
}

/** `NAME=value NAME=value` */
function readVariables(line: string): Record<string, string> {
  return Object.fromEntries(
    line.split(" ").map((word) => word.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
}

const [unit = ""] = readBlocks("ini");
const [image = ""] = readBlocks("dockerfile");

/** Starts what the unit starts, with its variables. */
function startUnit(folder: string): Promise<RunningServer> {
  const [, command = ""] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
  const [, variables = ""] = /^Environment=(.*)$/m.exec(unit) ?? [];
  const [program, ...args] = command.split(" ");
  expect(program).toBe("/usr/bin/node");
  const environment = { ...readVariables(here(variables, folder)), PORT: "0" };
  return startServer(environment, { cwd: root, launch: [process.execPath, ...args] });
}

/** A database of the version that knew three migrations. */
async function leaveOlderDatabase(folder: string): Promise<void> {
  for (const name of ["lib", "backups"]) mkdirSync(join(folder, name));
  await olderFile(3, join(folder, "lib", "ai_desk.db"));
}

test(
  "the page's commands do what it says, one after the other, with the unit's server",
  { timeout: 240_000 },
  async () => {
    const folder = makeTemporaryFolder();
    await leaveOlderDatabase(folder);
    let server = await startUnit(folder);
    await createSession(server.url, { id: "s" });
    const run = async (commands: string): Promise<string> => {
      const script = here(commands, folder).replaceAll("http://localhost:8000", server.url);
      const { stdout } = await promisify(execFile)("bash", ["-ec", script], { cwd: folder });
      return stdout;
    };
    const printed: string[] = [];
    for (const block of readBlocks("sh")) {
      let commands = "";
      for (const line of block.trim().split("\n")) {
        if (line === "systemctl stop ai-desk") await server.stop();
        else if (line === "systemctl start ai-desk") {
          printed.push(await run(commands));
          commands = "";
          server = await startUnit(folder);
        } else commands += `${line}\n`;
      }
      if (commands !== "") printed.push(await run(commands));
    }
    const [backup, nightly, check, restore, back, ready] = printed;
    expect(backup).toMatch(/Backed up .*ai_desk\.db to .*2025-11-30\.db: 1 session and 0 messages/);
    expect(nightly).toMatch(/Backed up/);
    expect(check).toMatch(/It is sound: 1 session[^]*2025-11-30\.db: [^]*It is sound: 1 session/);
    expect(restore).toMatch(/Restored .*2025-11-30\.db[^]*The old file is kept as /);
    expect(back).toMatch(/Restored .*ai_desk\.db\.before-0004[^]*: 0 sessions/);
    expect(JSON.parse(ready ?? "")).toMatchObject({ status: "ok" });
    expect(printed).toHaveLength(6);
    expect(readdirSync(join(folder, "backups"))).toHaveLength(2);
    expect(server.log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  },
);

test("the image's command runs from the files that it takes, with its variables", async () => {
  const folder = makeTemporaryFolder();
  mkdirSync(join(folder, "lib"));
  const [, variables = ""] = /^ENV (.*)$/m.exec(image) ?? [];
  const [, command = ""] = /^CMD (.*)$/m.exec(image) ?? [];
  const [program, ...args] = JSON.parse(command) as string[];
  expect(program).toBe("node");
  const environment = { ...readVariables(here(variables, folder)), PORT: "0" };
  const server = await startServer(environment, { cwd: root, launch: [process.execPath, ...args] });
  expect((await fetch(server.url.replace("0.0.0.0", "127.0.0.1"))).status).toBe(200);
  expect(existsSync(join(folder, "lib", "ai_desk.db"))).toBe(true);
  expect(server.log.some(({ level }) => Number(level) === 40)).toBe(true);
  const [pinned = ""] = Object.values(packageFile.optionalDependencies);
  expect(image).toContain(`FROM node:${pinned.split(".")[0]}-slim\n`);
});

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

test.skipIf(!hasSystemd)("the unit is one that systemd understands", async () => {
  const folder = makeTemporaryFolder();
  const file = join(folder, "ai-desk.service");
  writeFileSync(
    file,
    here(unit, folder).replace("/usr/bin/node", process.execPath).replace("User=ai-desk", "User=root"),
  );
  const { stderr } = await promisify(execFile)("systemd-analyze", ["verify", file]);
  expect(stderr).not.toContain("ai-desk.service");
});

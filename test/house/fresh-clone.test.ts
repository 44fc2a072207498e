import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { serverCommand } from "../support/server-command.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const root = resolve(import.meta.dirname, "../..");

/** The machine's own environment: without the tools that npm put on PATH for this run, and without what it told them. */
function machineEnvironment(): Record<string, string | undefined> {
  const path = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((entry) => !entry.includes("node_modules"));
  const cleared = Object.keys(process.env).filter((name) => /^(npm_|NODE|VITEST)/.test(name));
  return {
    ...Object.fromEntries(cleared.map((name) => [name, undefined])),
    PATH: path.join(delimiter),
    npm_config_prefer_offline: "true",
  };
}

/** The files that git has or would take, in a folder of their own. */
function clone(): string {
  const folder = makeTemporaryFolder();
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  for (const file of listed.toString().split("\0").filter(Boolean)) {
    cpSync(join(root, file), join(folder, file));
  }
  return folder;
}

test(
  "on a fresh clone `npm ci && npm start` serves, whatever Node runs npm",
  { timeout: 180_000 },
  async () => {
    const server = await startServer(machineEnvironment(), {
      cwd: clone(),
      launch: ["bash", "-c", "npm ci && exec npm start"],
    });
    const answer = await fetch(server.url);
    expect([answer.status, await answer.json()]).toEqual([200, { status: "ok", name: "AI Desk" }]);
  },
);

test(
  "what a fit Node runs takes less than 100 MB, without TypeScript, and with no complaint of ours about the Node of npm",
  { timeout: 180_000 },
  async ({ annotate }) => {
    const folder = clone();
    const { stderr } = spawnSync("npm", ["ci", "--omit=dev", "--omit=optional"], {
      cwd: folder,
      env: { ...process.env, ...machineEnvironment() },
      encoding: "utf8",
    });
    expect(stderr).not.toMatch(/EBADENGINE.*package: '(?:ai-desk|@ai-desk)/);
    const kilobytes = Number.parseInt(
      execFileSync("du", ["-sk", join(folder, "node_modules")]).toString(),
      10,
    );
    await annotate(`node_modules of a server without its own Node: ${Math.round(kilobytes / 1024)} MB`);
    expect(kilobytes).toBeLessThan(100 * 1024);
    expect(existsSync(join(folder, "node_modules/typescript"))).toBe(false);

    const server = await startServer({}, { cwd: folder, launch: serverCommand(folder) });
    expect((await fetch(server.url)).status).toBe(200);
  },
);

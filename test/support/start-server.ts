import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { serverCommand } from "./server-command.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

const root = resolve(import.meta.dirname, "../..");

export type RunningServer = {
  url: string;
  wsUrl: string;
  process: ChildProcessWithoutNullStreams;
  /** The logged lines, as JSON values. */
  log: Record<string, unknown>[];
  /** Sends the signal and resolves with the exit of the process. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

/** The real server as a separate process, on a free port. It is killed with the test. `undefined` unsets a variable. */
export async function startServer(
  environment: Record<string, string | undefined> = {},
  { cwd = root, launch = serverCommand() } = {},
): Promise<RunningServer> {
  const [command = "", ...args] = launch;
  const child = spawn(command, args, {
    cwd,
    // A separate process group: if npm launches the server and is killed, it leaves the server running.
    detached: true,
    env: {
      ...process.env,
      PORT: "0",
      DATABASE_URL: `file:${join(makeTemporaryFolder(), "ai_desk.db")}`,
      ...environment,
    },
  });
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  onTestFinished(async () => {
    killGroup(child.pid);
    await ended;
  });
  const log: Record<string, unknown>[] = [];
  const complaints: string[] = [];
  child.stderr.on("data", (text: Buffer) => complaints.push(text.toString()));
  const listening = new Promise<string>((found, lost) => {
    // A killed process may leave half of its last line, which is not an entry.
    let half = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (half + text).split("\n");
      half = lines.pop() ?? "";
      for (const line of lines) {
        const { page, msg } = readPrinted(line);
        if (page !== undefined) found(page);
        if (msg !== undefined) log.push({ msg });
        if (!line.startsWith("{")) continue;
        const entry = JSON.parse(line) as Record<string, unknown>;
        log.push(entry);
        if (typeof entry["url"] === "string") found(entry["url"]);
      }
    });
    void ended.then(([code]) =>
      lost(new Error(`exit ${code}: ${JSON.stringify(log)} ${complaints.join("")}`)),
    );
  });
  const url = await listening;
  return {
    url,
    wsUrl: url.replace(/^http/, "ws"),
    process: child,
    log,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const [code, by] = await ended;
      return { code, signal: by };
    },
  };
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, "SIGKILL");
  } catch {
    // The whole group has ended.
  }
}

/** The fact in a line that a server prints on a terminal: the base of its page's address, or a message of its log. */
function readPrinted(line: string): { page?: string | undefined; msg?: string | undefined } {
  return {
    page: /^ +page +(\S+)\/app/.exec(line)?.[1],
    msg: /^\[[\d:]+\] \w+: (.*?)(?: \{.*)?\r?$/.exec(line)?.[1],
  };
}

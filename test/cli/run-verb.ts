import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { serverCommand } from "../support/server-command.ts";

export type Ended = { code: number | null; stdout: string; stderr: string };

/** A verb of `ai-desk` in a process of its own, over the database `file`; without one `DATABASE_URL` is not set. */
export function startVerb(
  args: string[],
  { file, cwd }: { file?: string; cwd?: string } = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const [command = "", ...launch] = serverCommand();
  const { DATABASE_URL: _unset, ...environment } = process.env;
  const child = spawn(command, [...launch, ...args], {
    cwd,
    env: { ...environment, ...(file !== undefined && { DATABASE_URL: `file:${file}` }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]) => ({ code: code as number | null, stdout, stderr }),
  );
  return { child, ended };
}

export function runVerb(args: string[], options: { file?: string; cwd?: string } = {}): Promise<Ended> {
  return startVerb(args, options).ended;
}

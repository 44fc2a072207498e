import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { serverCommand } from "./server-command.ts";

/** Starts the server, which is expected to refuse. Returns its exit and its output. */
export async function startRefused(
  environment: Record<string, string | undefined>,
  { launch = serverCommand(), cwd }: { launch?: string[]; cwd?: string } = {},
): Promise<{ code: number | null; stderr: string; log: Record<string, unknown>[] }> {
  const [command = "", ...args] = launch;
  const child = spawn(command, args, {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, PORT: "0", ...environment },
    timeout: 20_000,
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  const log = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code: child.exitCode, stderr, log };
}

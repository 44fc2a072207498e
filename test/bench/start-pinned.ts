import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

/** The core of the server, and those of the load generator. */
const cores = { server: "0", generator: `1-${cpus().length - 1}` };

/** The unit of CPU time in /proc: 10 ms on every Linux that Node runs on. */
const msPerTick = 10;

/** A server on its own core, and what it takes of the machine. */
export type PinnedProcess = {
  url: string;
  /** Resident memory now. */
  residentBytes(): number;
  /** The most that it was since {@link resetPeak}, by the kernel's own count. */
  peakResidentBytes(): number;
  resetPeak(): void;
  /** CPU time of all its threads since it began, to 10 ms. */
  cpuMs(): number;
  /** Ends it at once, or with SIGTERM as a service manager would. */
  stop(signal?: "SIGKILL" | "SIGTERM"): Promise<void>;
};

/** Keeps the load generator, and what it starts, off the server's core. Undefined, or why it cannot be. */
export function pinGenerator(): string | undefined {
  if (cpus().length === 1) return "there is one core";
  const { status } = spawnSync("taskset", ["-a", "-cp", cores.generator, String(process.pid)]);
  return status === 0 ? undefined : "taskset does not work here";
}

/**
 * Starts a Node program, on the server's core if it can be pinned. Resolves when it says where it listens, as a JSON line
 * with `url` on stdout, or where it is told to say less, when it answers.
 *
 * @throws if it ends before.
 */
export async function startPinned(
  args: string[],
  { environment, pinned }: { environment: Record<string, string>; pinned: boolean },
): Promise<PinnedProcess> {
  const isSilent = environment["LOG_LEVEL"] === "warn";
  const port = isSilent ? await findFreePort() : undefined;
  const [command = "", ...rest] = [
    ...(pinned ? ["taskset", "-c", cores.server] : []),
    process.execPath,
    ...args,
  ];
  const child = spawn(command, rest, {
    env: { ...process.env, ...environment, ...(port !== undefined && { PORT: String(port) }) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  const url = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout }).on("line", (line) => {
      const { url: found } = JSON.parse(line) as { url?: string };
      if (found === undefined) return;
      resolve(found);
      // The further output is read and ignored.
      lines.close();
      child.stdout.resume();
    });
    if (port !== undefined) void untilAnswered(`http://127.0.0.1:${port}`, child).then(resolve, reject);
    void ended.then(() => reject(new Error(`${args.join(" ")} has ended before it listened.`)));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("unreachable: it has told where it listens");
  return {
    url,
    residentBytes: () => readStatusBytes(pid, "VmRSS"),
    peakResidentBytes: () => readStatusBytes(pid, "VmHWM"),
    // proc(5): 5 makes the peak start anew from what is resident now.
    resetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, "5"),
    cpuMs: () => readCpuMs(pid),
    async stop(signal = "SIGKILL") {
      child.kill(signal);
      await ended;
      process.off("exit", kill);
    },
  };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** A server takes connections before it is ready, and lets them wait. */
async function untilAnswered(url: string, child: ChildProcess): Promise<string> {
  while (child.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) break;
    await wait(5);
  }
  return url;
}

function readStatusBytes(pid: number, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(found?.[1]) * 1024;
}

function readCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name before it is in parentheses and may hold spaces. Fields 14 and 15 are user and system time.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

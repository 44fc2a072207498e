import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import type { Measured } from "./row.ts";
import type { PinnedProcess } from "./start-pinned.ts";

/** The load of the processes during a measurement, as shares of one core; `elsewhere` of all cores. */
export type Busy = {
  server: number;
  generator: number;
  /** Everything else on the machine: where it is not near 0, times are worth less than ratios. */
  elsewhere: number;
};

/** Does the work and tells what it took. */
export async function measureBusy<Value>(
  server: PinnedProcess,
  work: () => Promise<Value>,
): Promise<{ measured: Measured<Value>; busy: Busy }> {
  const begin = { at: performance.now(), ...readCpuMs(server) };
  const value = await work();
  const ms = performance.now() - begin.at;
  const end = readCpuMs(server);
  const serverCpuMs = end.server - begin.server;
  const generatorCpuMs = end.generator - begin.generator;
  const others = end.machine - begin.machine - serverCpuMs - generatorCpuMs;
  return {
    measured: { value, seconds: ms / 1000, serverCpuMs },
    busy: {
      server: serverCpuMs / ms,
      generator: generatorCpuMs / ms,
      elsewhere: Math.max(0, others) / ms / cpus().length,
    },
  };
}

/** Whether a load may have been held back by the load generator, and not by the server. */
export function isGeneratorLimited({ server, generator }: Busy): boolean {
  return generator >= 0.9 && server < 0.95;
}

function readCpuMs(server: PinnedProcess): { server: number; generator: number; machine: number } {
  const { user, system } = process.cpuUsage();
  return { server: server.cpuMs(), generator: (user + system) / 1000, machine: readMachineMs() };
}

/** The time that all cores have worked since the machine was started (proc(5): all of the first line but idle and iowait). */
function readMachineMs(): number {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) * 10;
}

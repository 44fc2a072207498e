import { fork } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HttpConnection } from "../bench/load/http-connection.ts";
import { quantile } from "../bench/quantile.ts";
import type { Attack } from "./attack.ts";
import { get, post } from "./attacker.ts";

export type Measured = { grownMiB: number; quietP99Ms: number; p99Ms: number; lives: boolean };

const requests = [
  get("/"),
  get("/api/sessions/small"),
  post("/api/sessions/written/messages", '{"content":"Hello","sender":"user"}'),
];

/** How much a server grows in an attack, and how long another client of it waits. */
export async function measure(
  attack: Attack,
  { url, pid, seconds, share }: { url: string; pid: number; seconds: number; share: number },
): Promise<Measured> {
  await askFor(url, 1000);
  const quiet = await askFor(url, 1500);
  const before = readMiB(pid, "VmRSS");
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
  const attacker = fork(join(import.meta.dirname, "attack-process.ts"), [attack.name, url, String(share)]);
  const times = await askFor(url, 1000 * seconds);
  attacker.kill("SIGKILL");
  const grownMiB = readMiB(pid, "VmHWM") - before;
  return {
    grownMiB,
    quietP99Ms: quantile(quiet, 0.99),
    p99Ms: quantile(times, 0.99),
    lives: Number.isFinite(grownMiB),
  };
}

/** Asks one thing after the other for so long. @returns how long each took; one that is lost took for ever */
async function askFor(url: string, ms: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + ms;
  for (let connection: HttpConnection | undefined; performance.now() < end;) {
    const begin = performance.now();
    try {
      connection ??= await HttpConnection.open(url);
      await connection.ask(requests[times.length % requests.length] ?? "");
      times.push(performance.now() - begin);
    } catch {
      times.push(Number.POSITIVE_INFINITY);
      connection = undefined;
      if (times.length > 10 && times.slice(-10).every((each) => each === Number.POSITIVE_INFINITY)) break;
    }
  }
  return times;
}

/** NaN if there is no such process any more. */
function readMiB(pid: number, field: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

import { execFileSync } from "node:child_process";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { median } from "./quantile.ts";

/** The shape of the machine, without which no figure means anything. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const fileSystem = execFileSync("df", ["--output=fstype", tmpdir()]).toString().split("\n")[1]?.trim();
  return [
    cpu?.model ?? "unknown CPU",
    `${cpus().length} cores`,
    memory,
    `${fileSystem} on which a sync of 4 KiB takes ${takeSyncTime().toFixed(2)} ms`,
    `Linux ${release().split("-")[0]}`,
    `Node ${process.versions.node}`,
  ].join(", ");
}

/** Median of 100, in milliseconds. */
function takeSyncTime(): number {
  const folder = mkdtempSync(join(tmpdir(), "ai-desk-bench-"));
  const file = openSync(join(folder, "synced"), "w");
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 100 }, () => {
    const begin = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    return performance.now() - begin;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return median(times);
}

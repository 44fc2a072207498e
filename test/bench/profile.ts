import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(import.meta.dirname, "../..");

type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
};

/** Calls `run` with a folder for CPU profiles. @returns where the time of all of them went, by self time, for people */
export async function profileInto(run: (folder: string) => Promise<void>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ai-desk-profile-"));
  try {
    await run(folder);
    const selfTimes = new Map<string, number>();
    for (const file of readdirSync(folder)) {
      addSelfTimes(selfTimes, JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile);
    }
    return describe(selfTimes);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function addSelfTimes(selfTimes: Map<string, number>, { nodes, samples, timeDeltas }: CpuProfile): void {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? "";
    selfTimes.set(name, (selfTimes.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
}

function nameOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
  const file = url.startsWith("file:") ? relative(root, fileURLToPath(url)) : url;
  return `${functionName || "(anonymous)"} ${file === "" ? "" : `${file}:${lineNumber + 1}`}`.trim();
}

function describe(selfTimes: Map<string, number>): string {
  const busy = [...selfTimes].filter(([name]) => name !== "(idle)").toSorted(([, a], [, b]) => b - a);
  const total = busy.reduce((sum, [, time]) => sum + time, 0);
  return busy
    .slice(0, 25)
    .map(([name, time]) => `${((100 * time) / total).toFixed(1).padStart(5)} %  ${name}\n`)
    .join("");
}

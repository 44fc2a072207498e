import { readdirSync, readFileSync, statSync } from "node:fs";

type Opener = { pid: number; name: string };

/**
 * The other processes that have `path` open, as far as this user may see them, on Linux; elsewhere none. A program that
 * has a file open and does not read may hold no lock on it.
 */
export function findOpeners(path: string): Opener[] {
  if (process.platform !== "linux") return [];
  const { dev, ino } = statSync(path);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) =>
      listHandles(pid).some((handle) => {
        const stats = statOrNothing(handle);
        return stats?.ino === ino && stats.dev === dev;
      }),
    )
    .map((pid) => ({ pid: Number(pid), name: nameOf(pid) }));
}

/** A process may end, or belong to another user. */
function listHandles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((handle) => `/proc/${pid}/fd/${handle}`);
  } catch {
    return [];
  }
}

function statOrNothing(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "ended";
  }
}

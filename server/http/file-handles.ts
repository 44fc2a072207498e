import { readFileSync } from "node:fs";
import type { Socket } from "node:net";

/** How many handles below the limit a connection may have before the limit counts as reached. */
const reserve = 8;

/** How often it is said at most, in milliseconds. */
const sayingMs = 60_000;

/** Node's handle of a connection. The system gives the lowest number that is free, so a high one says how many are in use. */
type Handled = { _handle?: { fd?: number } | null };

/**
 * Watches whether file handles run out. The system then resets connections that come, and tells the process nothing.
 *
 * @returns a function to be told of each connection. Without Linux's `/proc` it does nothing.
 */
export function watchFileHandles(
  warn: (details: { limit: number }, sentence: string) => void,
): (socket: Socket) => void {
  const limit = readLimit();
  let lastSaidMs = Number.NEGATIVE_INFINITY;
  return (socket) => {
    const { _handle: handle } = socket as unknown as Handled;
    if (limit === undefined || (handle?.fd ?? -1) < limit - reserve) return;
    const nowMs = performance.now();
    if (nowMs - lastSaidMs < sayingMs) return;
    lastSaidMs = nowMs;
    warn(
      { limit },
      `Of ${limit} file handles nearly all are in use: the system resets connections that come beyond that. ` +
        "Allow the server more (ulimit -n, or LimitNOFILE of a systemd unit).",
    );
  };
}

function readLimit(): number | undefined {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]) || undefined;
  } catch {
    return undefined;
  }
}

import { readFileSync } from "node:fs";
import type { Socket } from "node:net";

/** A handle within this distance of the limit counts as the limit. */
const reserve = 8;

/** The shortest time between two warnings, in milliseconds. */
const warningMs = 60_000;

/** Node's handle of a connection. The system gives the lowest free number, so a high number shows how many are in use. */
type Handled = { _handle?: { fd?: number } | null };

/**
 * Warns when file handles run out. The system then resets new connections without telling the process.
 *
 * @returns a function to call with each connection. Without Linux's `/proc` it does nothing.
 */
export function watchFileHandles(
  warn: (details: { limit: number }, sentence: string) => void,
): (socket: Socket) => void {
  const limit = readLimit();
  let lastWarningMs = Number.NEGATIVE_INFINITY;
  return (socket) => {
    const { _handle: handle } = socket as unknown as Handled;
    if (limit === undefined || (handle?.fd ?? -1) < limit - reserve) return;
    const nowMs = performance.now();
    if (nowMs - lastWarningMs < warningMs) return;
    lastWarningMs = nowMs;
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

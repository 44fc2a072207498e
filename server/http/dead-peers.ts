import type { Socket } from "node:net";
import { takenBytes } from "./connection-account.ts";
import type { Waiting } from "./kernel-sockets.ts";
import { canReadKernelSockets, connectionKey, readWaiting } from "./kernel-sockets.ts";

/** The first try may be on its way, and the answer to it. */
const unansweredTries = 2;

/**
 * Looks at an interval for peers whose packets are lost: what a stream is sent now and then disappears in the system's
 * buffers, which is movement, and until the system itself gives up (on Linux by default after some 15 minutes) nothing
 * fails. A connection is cut when at one look and at the next the system tries again and again, and the peer has
 * acknowledged nothing in between. A peer that lives and does not read is not: its system answers.
 *
 * Where the system cannot be asked, the system's own limit holds.
 *
 * @param awaiting the connections on which something is being answered
 * @returns what ends it
 */
export function watchForDeadPeers(awaiting: () => Socket[], intervalMs: number): () => void {
  if (!canReadKernelSockets) return () => undefined;
  /** How many bytes each has acknowledged of those on which the system tried again at the last look. */
  let suspects = new Map<Socket, number>();
  let isLooking = false;

  async function look(): Promise<void> {
    const sockets = awaiting();
    const waiting = sockets.length > 0 ? await readWaiting() : new Map<string, Waiting>();
    const found = new Map<Socket, number>();
    for (const socket of sockets) {
      const seen = waiting.get(connectionKey(socket));
      if (!seen || seen.tries < unansweredTries) continue;
      const acknowledged = takenBytes(socket) - seen.bytes;
      if (suspects.get(socket) === acknowledged) socket.destroy();
      else found.set(socket, acknowledged);
    }
    suspects = found;
  }

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    // A system that hides the table is one that cannot be asked.
    look()
      .catch(() => clearInterval(timer))
      .finally(() => (isLooking = false));
  }, intervalMs).unref();
  return () => clearInterval(timer);
}

import type { Socket } from "node:net";
import { takenBytes } from "./connection-account.ts";
import type { Waiting } from "./kernel-sockets.ts";
import { canReadKernelSockets, connectionKey, readWaiting } from "./kernel-sockets.ts";

/** The number of unanswered retransmissions that makes a peer a suspect. One may still be under way. */
const unansweredTries = 2;

/**
 * Detects peers whose packets are lost, by checks at an interval. The bytes of a stream go into the system's buffers,
 * and no write fails until the system gives up (on Linux by default after some 15 minutes). A connection is cut if the
 * system is retransmitting at two checks in a row, and the peer has acknowledged nothing in between. A live peer that
 * does not read is not cut, since its system answers.
 *
 * If the system cannot be asked, its own limit applies.
 *
 * @param awaiting the connections with an unfinished answer
 * @returns a function that ends the watch
 */
export function watchForDeadPeers(awaiting: () => Socket[], intervalMs: number): () => void {
  if (!canReadKernelSockets) return () => undefined;
  /** For each suspect of the last check, the number of bytes that it had acknowledged. */
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
    // Some systems hide the table of connections.
    look()
      .catch(() => clearInterval(timer))
      .finally(() => (isLooking = false));
  }, intervalMs).unref();
  return () => clearInterval(timer);
}

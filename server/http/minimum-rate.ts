import type { Socket } from "node:net";
import { takenBytes } from "./connection-account.ts";
import type { FairTimer } from "./fair-timer.ts";
import { fairInterval } from "./fair-timer.ts";

/** A client for which something waits takes at least so much from one look to the next. */
const leastTakenBytes = 64 * 1024;

/**
 * Cuts connections whose clients take less than 64 KiB in an interval while more waits for them.
 *
 * @param connections those that there are
 */
export function holdToMinimumRate(connections: () => Iterable<Socket>, intervalMs: number): FairTimer {
  /** How much had been taken of those for which something waited when they were last looked at. */
  let takenBefore = new Map<Socket, number>();
  return fairInterval(() => {
    const taken = new Map<Socket, number>();
    for (const connection of connections()) {
      if (connection.writableLength === 0) continue;
      const bytes = takenBytes(connection);
      if (bytes - (takenBefore.get(connection) ?? Number.NEGATIVE_INFINITY) < leastTakenBytes)
        connection.destroy();
      else taken.set(connection, bytes);
    }
    takenBefore = taken;
  }, intervalMs);
}

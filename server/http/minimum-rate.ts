import type { Socket } from "node:net";
import { takenBytes } from "./connection-account.ts";
import type { FairTimer } from "./fair-timer.ts";
import { fairInterval } from "./fair-timer.ts";

/** The least that a client must take between two checks while bytes wait for it, in bytes. */
const leastTakenBytes = 64 * 1024;

/**
 * Cuts connections whose clients take less than 64 KiB in an interval while more waits for them.
 *
 * @param connections the open connections
 */
export function holdToMinimumRate(connections: () => Iterable<Socket>, intervalMs: number): FairTimer {
  /** For each connection with waiting bytes, the number of bytes taken up to the last check. */
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

import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Account } from "./buffer-account.ts";

/** The largest beginning of a message, in bytes, that is too small to be counted. */
const smallBytes = 64 * 1024;

/** The shortest header of a client's frame, in bytes. */
const headerBytes = 6;

/** Counts the bytes of a client's unfinished message. */
export function countPartialFrames(socket: WebSocket, transport: Duplex, account: Account): void {
  let bytes = 0;
  let counted = 0;

  function count(): void {
    const worth = bytes > smallBytes ? bytes : 0;
    if (worth === counted) return;
    if (worth > counted) account.gather(worth - counted);
    else {
      account.completeGathered(counted - worth);
      account.release(counted - worth);
    }
    counted = worth;
  }

  transport.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > smallBytes) count();
  });
  socket.on("message", () => {
    bytes = 0;
    if (counted > 0) count();
  });
  // Control frames may come between the fragments of a message.
  const leaveOut = (payload: Buffer): void => {
    bytes = Math.max(0, bytes - payload.length - headerBytes);
  };
  socket.on("ping", leaveOut).on("pong", leaveOut);
}

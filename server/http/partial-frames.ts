import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Account } from "./buffer-account.ts";

/** The beginning of a frame is not worth counting. */
const smallBytes = 64 * 1024;

/** The header of a client's frame, at least. */
const headerBytes = 6;

/** Counts what a client has sent of a message whose end has not come. */
export function countPartialFrames(socket: WebSocket, transport: Duplex, account: Account): void {
  let bytes = 0;
  let counted = 0;

  function count(): void {
    const worth = bytes > smallBytes ? bytes : 0;
    if (worth === counted) return;
    if (worth > counted) account.reserve(worth - counted);
    else account.release(counted - worth);
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
  // These may come between the fragments of a message.
  const leaveOut = (payload: Buffer): void => {
    bytes = Math.max(0, bytes - payload.length - headerBytes);
  };
  socket.on("ping", leaveOut).on("pong", leaveOut);
}

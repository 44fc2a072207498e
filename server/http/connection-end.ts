import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { endConnection } from "./refuse-connection.ts";
import { stalls } from "./stalls.ts";

/** Cuts a connection on which nothing moves, but not for a stall of our own: what has come in meanwhile is read first. */
export function cutIfIdle(socket: Socket): void {
  const { bytesRead, bytesWritten, timeout } = socket;
  setImmediate(() => {
    if (socket.bytesRead !== bytesRead || socket.bytesWritten !== bytesWritten) return;
    if (timeout !== undefined && stalls.hasBeenSince(performance.now() - timeout)) socket.setTimeout(timeout);
    else socket.destroy();
  });
}

/** Ends a connection of which no more can be read when the last answer that is due is out. */
export function endAfter(socket: Socket, response: ServerResponse | undefined): void {
  if (!response) {
    socket.destroy();
    return;
  }
  if (!response.headersSent) response.shouldKeepAlive = false;
  response.on("close", () => endConnection(socket));
}

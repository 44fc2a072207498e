import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { endConnection } from "./refuse-connection.ts";
import { stalls } from "./stalls.ts";

/** Cuts an idle connection. After a stall of this process it first reads the bytes that arrived meanwhile. */
export function cutIfIdle(socket: Socket): void {
  const { bytesRead, bytesWritten, timeout } = socket;
  setImmediate(() => {
    if (socket.bytesRead !== bytesRead || socket.bytesWritten !== bytesWritten) return;
    if (timeout !== undefined && stalls.hasBeenSince(performance.now() - timeout)) socket.setTimeout(timeout);
    else socket.destroy();
  });
}

/** Ends an unreadable connection after its last answer is sent. */
export function endAfter(socket: Socket, response: ServerResponse | undefined): void {
  if (!response) {
    socket.destroy();
    return;
  }
  if (!response.headersSent) response.shouldKeepAlive = false;
  response.on("close", () => endConnection(socket));
}

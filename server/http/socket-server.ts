import type { ServerOptions, WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { AppError } from "../domain/app-error.ts";
import { refuseConnection } from "./refuse-connection.ts";

/** How long a peer may take to answer a close before its socket is cut. */
const closeTimeoutMs = 2000;

/** How much may wait in memory for a client that reads slowly; past it the socket gets no more until it has caught up. */
export const sendBudgetBytes = 1024 * 1024;

/** Resolves when the socket may be sent more: at once within the budget, else when what waits is out, or the socket gone. */
export async function withinSendBudget(socket: WebSocket): Promise<void> {
  if (socket.bufferedAmount <= sendBudgetBytes || socket.readyState !== socket.OPEN) return;
  // A ping is told when it is written, and what waited before it is written then too.
  await new Promise<void>((resolve) => {
    socket.ping(undefined, undefined, () => resolve());
  });
}

/** A WebSocket server that is handed its connections, for frames of up to `maxFrameBytes`. */
export function createSocketServer(maxFrameBytes: number): WebSocketServer {
  // The published types do not know closeTimeout yet.
  const options: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    maxPayload: maxFrameBytes,
    closeTimeout: closeTimeoutMs,
  };
  const server = new WebSocketServer(options);
  server.on("wsClientError", ({ message }, socket) => {
    refuseConnection(socket, new AppError("BAD_REQUEST", `This is not a WebSocket handshake: ${message}.`));
  });
  return server;
}

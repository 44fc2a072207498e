import type { ServerOptions } from "ws";
import { WebSocketServer } from "ws";
import { AppError } from "../domain/app-error.ts";
import { refuseConnection } from "./refuse-upgrade.ts";

/** How long a peer may take to answer a close before its socket is cut. */
const closeTimeoutMs = 2000;

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

import type { ServerOptions } from "ws";
import { WebSocketServer } from "ws";

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
  return new WebSocketServer(options);
}

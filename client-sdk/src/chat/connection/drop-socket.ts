import type { WebSocketClass } from "./carrier.ts";

/** A WebSocket with what some platforms have and others lack. */
export type OpenedSocket = InstanceType<WebSocketClass> & {
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number; reason?: string }) => void): void;
  /** Of `ws` and Bun: ends it without a closing handshake. */
  terminate?(): void;
};

/** The closing handshake with a peer that lives ends within this time. */
const closingMs = 1000;

/**
 * Closes a socket to whose events nobody listens any more. Nothing waits for it, and it keeps no process alive.
 *
 * @param isDead whether its peer is taken for gone
 */
export function dropSocket(
  socket: OpenedSocket,
  isDead: boolean,
  release?: (socket: object, isDead: boolean) => void,
): void {
  try {
    if (isDead && socket.terminate) return socket.terminate();
    socket.close();
    release?.(socket, isDead);
    if (socket.terminate) setTimeout(() => socket.terminate?.(), closingMs);
  } catch {
    // A platform refuses to close what is not open yet. The attempt ends by itself.
  }
}

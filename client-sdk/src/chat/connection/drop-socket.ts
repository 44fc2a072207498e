import type { WebSocketClass } from "./carrier.ts";

/** A WebSocket with the methods that only some platforms have. */
export type OpenedSocket = InstanceType<WebSocketClass> & {
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number; reason?: string }) => void): void;
  /** In `ws` and Bun: ends the socket without a closing handshake. */
  terminate?(): void;
};

/** The closing handshake with a live peer ends within this time, in milliseconds. */
const closingMs = 1000;

/**
 * Closes a socket without further listeners. Nothing waits for it, and it does not keep the process alive.
 *
 * @param isDead whether its peer is considered dead
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
    // Some platforms refuse to close a socket that is not open yet. The attempt ends by itself.
  }
}

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { RequestQueue } from "./request-queue.ts";

/**
 * The open connections of a server. Each connection that speaks HTTP and was not refused has a queue of unfinished
 * answers.
 */
export type OpenConnections = {
  add(socket: Socket): void;
  /** Called when a connection is refused, or becomes a WebSocket. The connection stays open. */
  leaveHttp(socket: Duplex): void;
  queueOf(socket: Duplex): RequestQueue | undefined;
  queues(): RequestQueue[];
  /** The connections that speak HTTP. */
  sockets(): Iterable<Socket>;
  /** Ends the connections without a pending answer. Node itself would keep those with an incomplete request. */
  cutIdle(): void;
  /** Resolves when every connection has emitted `close`, WebSockets included. */
  allClosed(): Promise<void>;
};

export function createOpenConnections(): OpenConnections {
  /**
   * A queue for each connection, not one set of all answers: a set grows a new table now and then, and V8 keeps the
   * contents of each old table alive until a full collection.
   */
  const queues = new Map<Duplex, RequestQueue>();
  let openCount = 0;
  let onLastClosed: (() => void) | undefined;

  /** One listener for all connections, so that idle ones take little memory. */
  function forget(this: Duplex): void {
    queues.delete(this);
    openCount -= 1;
    if (openCount === 0) onLastClosed?.();
  }

  return {
    add(socket) {
      openCount += 1;
      queues.set(socket, new RequestQueue());
      socket.on("close", forget);
    },
    leaveHttp: (socket) => void queues.delete(socket),
    queueOf: (socket) => queues.get(socket),
    queues: () => [...queues.values()],
    sockets: () => queues.keys() as Iterable<Socket>,
    cutIdle() {
      for (const [socket, requests] of queues) if (requests.isEmpty) socket.destroy();
    },
    async allClosed() {
      if (openCount > 0) await new Promise<void>((resolve) => (onLastClosed = resolve));
    },
  };
}

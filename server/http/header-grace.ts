import type { Socket } from "node:net";
import { fairTimeout } from "./fair-timer.ts";
import { stalls } from "./stalls.ts";

/** The connections that get more time although the headers of a request are late. */
export type HeaderGrace = {
  /** Whether it is too early to refuse a connection. */
  takes(socket: Socket): boolean;
  /** Called when the headers have arrived. */
  end(socket: Socket): void;
};

/**
 * Extends Node's limit on headers, which begins with the connection and continues during a stall of this process. A
 * connection that was opened ahead has sent nothing, and is not late. After a stall a late connection gets the time
 * again; then `refuse` is called.
 */
export function createHeaderGrace(headersMs: number, refuse: (socket: Socket) => void): HeaderGrace {
  const excused = new Set<Socket>();
  return {
    takes(socket) {
      if (socket.bytesRead === 0) return true;
      if (!stalls.hasBeenSince(performance.now() - 2 * headersMs)) return false;
      excused.add(socket);
      const deadline = fairTimeout(() => {
        if (excused.delete(socket)) refuse(socket);
      }, headersMs);
      socket.on("close", () => {
        excused.delete(socket);
        deadline.cancel();
      });
      return true;
    },
    end(socket) {
      if (excused.size > 0) excused.delete(socket);
    },
  };
}

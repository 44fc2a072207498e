import type { Socket } from "node:net";
import { fairTimeout } from "./fair-timer.ts";
import { stalls } from "./stalls.ts";

/** The connections that are not refused although the headers of a request are late. */
export type HeaderGrace = {
  /** Whether it is too early to refuse a connection. */
  takes(socket: Socket): boolean;
  /** Called when the headers have come. */
  end(socket: Socket): void;
};

/**
 * Node's limit begins with the connection and does not stop during a stall of this process. A connection that is held ready
 * has sent nothing and is not late. After a stall a late connection has the time again, and then `refuse` is called.
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

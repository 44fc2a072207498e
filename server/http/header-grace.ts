import type { Socket } from "node:net";
import { fairTimeout } from "./fair-timer.ts";
import { stalls } from "./stalls.ts";

/** Which connections are not to be refused although the headers of a request are late. */
export type HeaderGrace = {
  /** Whether it is too early to refuse this one. */
  takes(socket: Socket): boolean;
  /** The headers have come. */
  end(socket: Socket): void;
};

/**
 * Node counts from the beginning of a connection, and on through a stall of this process. A connection that is only held
 * ready has sent nothing and is not late; one that a stall made late has its time again, after which `refuse` is called.
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

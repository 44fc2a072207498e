import type { ServerResponse } from "node:http";

/** When an ended peer is written to, in milliseconds: what comes back to one write is met by the next. */
const probesMs = [0, 10, 100, 1000, 5000];

/**
 * A peer that has closed its half of the connection may read on, or may be gone. Only what is sent to it tells: `write`, which
 * is to send something that means nothing, is called a few times then.
 */
export function probeEndedPeer(response: ServerResponse, write: () => void): void {
  const { socket } = response.req;
  let timers: NodeJS.Timeout[] = [];
  const begin = (): void => {
    timers = probesMs.map((delayMs) => setTimeout(write, delayMs).unref());
  };
  const stop = (): void => {
    socket.off("end", begin);
    for (const timer of timers) clearTimeout(timer);
  };
  if (socket.readableEnded) begin();
  else socket.once("end", begin);
  // The answer is whole, or its connection is closed.
  response.once("finish", stop).once("close", stop);
}

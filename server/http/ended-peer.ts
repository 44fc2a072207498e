import type { ServerResponse } from "node:http";

/** When an ended peer is written to, in milliseconds. A dead peer answers one write with a reset, which the next write meets. */
const probesMs = [0, 10, 100, 1000, 5000];

/**
 * Finds out whether a peer that has closed its half of the connection still reads: only a write to it can tell. `write` sends
 * bytes without a meaning, and is called a few times.
 *
 * @returns ends the probe, which must happen before the answer ends and before bytes without a meaning would break it
 */
export function probeEndedPeer(response: ServerResponse, write: () => void): Disposable {
  const { socket } = response.req;
  let timers: NodeJS.Timeout[] = [];
  const begin = (): void => {
    timers = probesMs.map((delayMs) => setTimeout(write, delayMs).unref());
  };
  const stop = (): void => {
    socket.off("end", begin);
    response.off("close", stop);
    for (const timer of timers) clearTimeout(timer);
  };
  if (socket.readableEnded) begin();
  else socket.once("end", begin);
  response.once("close", stop);
  return { [Symbol.dispose]: stop };
}

import type { ServerResponse } from "node:http";

/**
 * The times at which the server writes to a peer that has ended its half, in milliseconds. A dead peer answers one
 * write with a reset, which makes the next write fail.
 */
const probesMs = [0, 10, 100, 1000, 5000];

/**
 * Determines whether a peer that has closed its half of the connection still reads. Only a write can show that. `write`
 * sends bytes without a meaning, and is called a few times.
 *
 * @returns a handle that ends the probe. Call it before the answer ends, and before such bytes would corrupt the answer
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

import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";

/**
 * Does the work while no other process does work with this name. A process that dies does not block others: the turn is
 * a listener, which ends with the process.
 *
 * Only Linux has names for listeners that leave no file behind. Elsewhere there is no waiting.
 */
export async function oneAtATime<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const giveBack = process.platform === "linux" ? await takeTurn(`\0ai-desk ${name}`) : undefined;
  try {
    return await work();
  } finally {
    giveBack?.();
  }
}

async function takeTurn(path: string): Promise<() => void> {
  const waiting = new Set<Socket>();
  for (;;) {
    const server = createServer((socket) => {
      waiting.add(socket);
      socket.on("error", () => undefined).on("close", () => waiting.delete(socket));
    });
    try {
      await once(server.listen(path), "listening");
      return () => {
        server.close();
        for (const socket of waiting) socket.destroy();
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
    // The other process closes the connection at the end of its turn; it is refused if the turn has just ended.
    const end = connect(path)
      .on("error", () => undefined)
      .resume();
    await new Promise((ended) => end.on("close", ended));
  }
}

import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";

/**
 * Does the work while no other process does work of this name. A process that dies in it holds up nobody: the turn is a
 * listener, which goes with it.
 *
 * Elsewhere than on Linux, which alone has names for listeners that leave no file behind, nobody waits.
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
    // It is closed at the end of the turn, or refused if that was just now.
    const end = connect(path)
      .on("error", () => undefined)
      .resume();
    await new Promise((ended) => end.on("close", ended));
  }
}
